"""The routes of the practice, a module per noun."""

from django.urls import path

from calendar_app.urls import (
    approvals,
    conflicts,
    criteria,
    dependencies,
    exceptions,
    gates,
    log,
    releases,
    scope,
    templates,
    trains,
)
from calendar_app.views import calendar

app_name = "calendar"

urlpatterns = [
    path("", calendar.calendar, name="calendar"),
    *releases.urlpatterns,
    *trains.urlpatterns,
    *gates.urlpatterns,
    *criteria.urlpatterns,
    *approvals.urlpatterns,
    *conflicts.urlpatterns,
    *dependencies.urlpatterns,
    *exceptions.urlpatterns,
    *scope.urlpatterns,
    *log.urlpatterns,
    *templates.urlpatterns,
]
