"""Pages of one organisation, mounted under `/o/<slug>/` by OrganisationMiddleware."""

from django.urls import include, path

from releasemgr import views

urlpatterns = [
    path("", views.start, name="home"),
    path("preferences/", views.preferences, name="preferences"),
    path("activity/", include("releasemgr.activity.urls")),
    path("portfolio/", include("releasemgr.directory.urls")),
    path("calendar/", include("calendar_app.urls")),
    path("environments/", include("environments.urls")),
    path("reporting/", include("reporting.urls")),
    path("improvement/", include("improvement.urls")),
]

handler403 = "releasemgr.views.forbidden"
handler404 = "releasemgr.views.not_found"
handler500 = "releasemgr.views.server_error"
