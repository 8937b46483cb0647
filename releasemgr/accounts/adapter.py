"""How django-allauth behaves here: people are invited or made by an administrator, nobody signs up alone."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Closes public sign-up; accounts come from `create_organisation`, imports and the demo."""

    def is_open_for_signup(self, request):
        return False
