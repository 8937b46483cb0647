"""A member who opens pages of an organisation: whole answers through the middleware, the empty view among them."""

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import clear_url_caches, path

from releasemgr import org_urls
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.bench.measured import looker_of

EMPTY = "bench-empty/"
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@allow(GET=Permission.VIEW)
def empty(_request):
    """Nothing, under the sign-in, membership and scope of every page."""
    return HttpResponse("")


class Visitor:
    """A signed-in member of ``org`` and what the server answers them; ``is_htmx`` asks for fragments."""

    def __init__(self, org, *, is_htmx=False):
        if not any(getattr(route, "callback", None) is empty for route in org_urls.urlpatterns):
            org_urls.urlpatterns.append(path(EMPTY, empty))  # in the process of the bench alone
            clear_url_caches()
        self.mount = f"/o/{org.slug}/"
        self.client = Client(
            headers={"host": settings.ALLOWED_HOSTS[0]} | ({"hx-request": "true"} if is_htmx else {})
        )
        self.client.force_login(looker_of(org), backend=_BACKEND)

    def get(self, place):
        """The content at ``place`` under the organisation's mount; RuntimeError unless it is answered 200."""
        answer = self.client.get(self.mount + place, secure=settings.IS_HTTPS)
        if answer.status_code != 200:
            raise RuntimeError(f"{self.mount}{place} answered {answer.status_code}")
        return answer.content
