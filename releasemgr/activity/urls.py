from django.urls import path

from releasemgr.activity import views

app_name = "activity"

urlpatterns = [
    path("", views.log, name="log"),
    path("export/", views.log_export, name="log-export"),
    path("history/<slug:noun>/<uuid:pk>/", views.history, name="history"),
]
