"""The mount: `/o/<slug>/…` belongs to one organisation, and everything inside happens in its scope."""

import zoneinfo

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.urls import get_script_prefix, set_script_prefix
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from releasemgr.accounts.models import membership_of
from releasemgr.tenancy.scope import org_scope

MOUNT = "/o/"


class PreferencesMiddleware:
    """Shows times in the zone of the signed-in user."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        name = getattr(request.user, "time_zone", "")
        with timezone.override(zoneinfo.ZoneInfo(name) if name else None):
            return self.get_response(request)


class OrganisationMiddleware:
    """Mounts the application under ``/o/<slug>/`` and scopes every query inside it, rendering included."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if _has_nul(request):
            raise Http404  # Postgres takes no text with NUL, and no page has one in its address
        if not request.path_info.startswith(MOUNT):
            return self.get_response(request)
        if not request.user.is_authenticated:
            return _sign_in(request)
        slug, slash, rest = request.path_info.removeprefix(MOUNT).partition("/")
        request.membership = membership_of(request.user, slug)
        if request.membership is None:
            raise Http404  # not 403: strangers learn nothing
        if not slash:
            return redirect(f"{MOUNT}{slug}/")
        request.org = request.membership.org
        request.urlconf = "releasemgr.org_urls"
        request.path_info = f"/{rest}"
        return self._inside(request, f"{MOUNT}{slug}/")

    def _inside(self, request, mount):
        prefix, zone = get_script_prefix(), timezone.get_current_timezone_name()
        set_script_prefix(mount)
        try:
            with (
                org_scope(request.org),
                timezone.override(request.user.time_zone or request.org.time_zone or zone),
            ):
                response = self.get_response(request)
        finally:
            set_script_prefix(prefix)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_exception(self, request, exception):
        """A view that failed leaves nothing behind, although its answer is an ordinary response."""
        if hasattr(request, "org"):
            transaction.set_rollback(True)


def _sign_in(request):
    """To sign-in, and from there back to the page: that of a fragment, and the organisation's start after a form."""
    back = request.get_full_path()
    if request.htmx:
        back = request.htmx.current_url_abs_path or back
    elif request.method not in {"GET", "HEAD"}:
        back = f"{MOUNT}{request.path_info.removeprefix(MOUNT).partition('/')[0]}/"
    response = redirect_to_login(back)
    return HttpResponseClientRedirect(response.url) if request.htmx else response


def _has_nul(request):
    return "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", "")
