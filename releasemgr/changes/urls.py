from django.urls import path

from releasemgr.changes import views

app_name = "changes"

urlpatterns = [path("<uuid:act_id>/reversal/", views.reversal, name="reversal")]
