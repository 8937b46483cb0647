from django.urls import path

from calendar_app.views import calendar, deployments

app_name = "calendar"

urlpatterns = [
    path("", calendar.calendar, name="calendar"),
    path("deployments/<int:number>/", deployments.deployment_detail, name="deployment-detail"),
]
