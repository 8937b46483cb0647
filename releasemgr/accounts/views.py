"""One's own account: preferences, and the doors of sign-in that differ from allauth's."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from releasemgr.accounts.forms import AppearanceForm, PreferencesForm
from releasemgr.accounts.guards import allow
from releasemgr.accounts.models import User
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import go_to, render_page


@allow(GET=Permission.VIEW, POST=Permission.VIEW)
def preferences(request):
    """How this person likes to see pages, in every organisation."""
    form = PreferencesForm(
        request.POST if request.method == "POST" else None, instance=User.objects.get(pk=request.user.pk)
    )
    if form.is_valid():
        form.instance.save(update_fields=form.changed_data)
        messages.success(request, _("Your preferences were saved."))
        return go_to(request, "preferences")
    status = 422 if form.errors else 200
    return render_page(request, "accounts/preferences.html", {"form": form}, partial="form", status=status)


@allow(POST=Permission.VIEW)
def appearance(request):
    """The quick choice of theme or density, and back to where it was made."""
    form = AppearanceForm(request.POST, instance=User.objects.get(pk=request.user.pk))
    if form.is_valid() and form.fields:
        form.instance.save(update_fields=list(form.fields))
    came_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return redirect(came_from)
    return redirect("home")


@require_safe
def password_reset(request):
    """What to do about a forgotten password: an administrator can make a link for a new one."""
    return render(request, "account/password_reset.html")


def closed(request, **_kwargs):
    """404: a page of allauth that this product does not offer."""
    raise Http404
