"""The log of releases and the weekly check-in."""

from django.urls import path

from calendar_app.views import checkins, log

urlpatterns = [
    path("log/", log.log_list, name="log-list"),
    path("log/export/", log.log_export, name="log-export"),
    path("log/<int:number>/", log.logitem_detail, name="logitem-detail"),
    path("log/<int:number>/edit/", log.logitem_edit, name="logitem-edit"),
    path("log/<int:number>/closure/", log.logitem_closure, name="logitem-closure"),
    path("log/<int:number>/reopening/", log.logitem_reopening, name="logitem-reopening"),
    path("releases/<int:number>/log/", log.release_log, name="release-log"),
    path("releases/<int:number>/log/new/", log.logitem_create, name="logitem-create"),
    path("check-in/", checkins.check_in, name="check-in"),
    path("check-in/weeks/", checkins.week, name="check-in-week"),
    path("check-in/weeks/export/", checkins.week_export, name="check-in-export"),
]
