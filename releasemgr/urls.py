"""Pages outside every organisation: sign-in, the choice of organisation, health."""

from django.urls import include, path

from releasemgr import views
from releasemgr.administration.joining import invitation

urlpatterns = [
    path("", views.home, name="home"),
    path("accounts/", include("releasemgr.accounts.urls")),
    path("invitations/<str:token>/", invitation, name="invitation"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
]

handler400 = "releasemgr.views.bad_request"
handler403 = "releasemgr.views.forbidden"
handler404 = "releasemgr.views.not_found"
handler500 = "releasemgr.views.server_error"
