"""How django-allauth behaves here: people are invited or made by an administrator, nobody signs up alone."""

from allauth.account.adapter import DefaultAccountAdapter
from django.utils.http import url_has_allowed_host_and_scheme


class AccountAdapter(DefaultAccountAdapter):
    """Closes public sign-up; accounts come from invitations, `create_organisation` and the demo."""

    def is_open_for_signup(self, request):
        return False

    def is_safe_url(self, url):
        """Whether to go there after signing in: a path of this site, and nothing a browser reads as more than that."""
        return bool(url) and url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
