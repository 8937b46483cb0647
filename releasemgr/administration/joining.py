"""The page behind an invitation's link. It stands outside every organisation: the token says which one it is."""

from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from releasemgr.accounts.models import User
from releasemgr.administration.forms import NewAccountForm
from releasemgr.administration.invitations import CannotJoin, join, make_account, open_invitation
from releasemgr.changes.pages import posted

PAGE = "administration/joining.html"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request, token):
    """Join: with the account of the invited address, after signing in, or with a new one."""
    found = open_invitation(token, at=now())
    if found is None:
        return render(request, PAGE, {"invitation": None}, status=404)
    if not User.objects.filter(email=found.email).exists():
        return _with_new_account(request, found)
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    return _with_this_account(request, found)


def _with_new_account(request, found):
    form = NewAccountForm(posted(request), email=found.email, initial={"name": found.name})
    if form.is_valid():
        try:
            user = make_account(found, at=now(), **form.cleaned_data)
        except CannotJoin as refused:
            form.add_error(None, refused)
        else:
            login(request, user, backend=BACKEND)
            return redirect(found.org)
    return render(request, PAGE, {"invitation": found, "form": form}, status=422 if form.errors else 200)


def _with_this_account(request, found):
    context = {"invitation": found, "is_other": request.user.email != found.email}
    if request.method == "POST":
        try:
            join(found, request.user, at=now())
        except CannotJoin as refused:
            return render(request, PAGE, {**context, "refused": refused.messages}, status=422)
        return redirect(found.org)
    return render(request, PAGE, context)
