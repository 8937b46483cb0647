"""Pages of one organisation, mounted under `/o/<slug>/` by OrganisationMiddleware."""

from django.urls import include, path

from releasemgr import views
from releasemgr.accounts.views import appearance, preferences

urlpatterns = [
    path("", views.start, name="home"),
    path("preferences/", preferences, name="preferences"),
    path("preferences/appearance/", appearance, name="appearance"),
    path("settings/", include("releasemgr.administration.urls")),
    path("activity/", include("releasemgr.activity.urls")),
    path("portfolio/", include("releasemgr.directory.urls")),
    path("changes/", include("releasemgr.changes.urls")),
    path("calendar/", include("calendar_app.urls")),
    path("environments/", include("environments.urls")),
    path("reporting/", include("reporting.urls")),
    path("improvement/", include("improvement.urls")),
]

handler400 = "releasemgr.views.bad_request"
handler403 = "releasemgr.views.forbidden"
handler404 = "releasemgr.views.not_found"
handler500 = "releasemgr.views.server_error"
