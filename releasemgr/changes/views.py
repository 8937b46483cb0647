"""Taking an act back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext as _

from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.activity.models import Entry
from releasemgr.changes.choices import both_values
from releasemgr.changes.nouns import nouns
from releasemgr.changes.revisions import Moved, undo
from releasemgr.htmx import go_to


@allow(POST=Permission.DECIDE_WHERE_NAMED)  # a right by relation: who did it
def reversal(request, act_id):
    """Put back what the signed-in person changed, where nothing moved since; ``next`` is where they were."""
    _check_right(request, act_id)
    back = _safe(request, request.POST.get("next", ""))
    try:
        outcomes = undo(act_id, by=request.user, at=now())
    except Moved as moved:
        context = {"conflict": both_values(moved), "back_url": back}
        return render(request, "409.html", context, status=409)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Undone."))
        back = _address(outcomes) or back
    return go_to(request, back)


def _check_right(request, act_id):
    """Only who did it may undo it here, and only with the right to do it still."""
    entries = list(Entry.objects.filter(act_id=act_id).values_list("actor_id", "noun"))
    if not entries:
        raise Http404
    rights = {nouns[noun].permission if noun in nouns else None for _actor, noun in entries}
    mine = all(actor_id == request.user.pk for actor_id, _noun in entries)
    if not mine or not all(right and request.membership.may(right) for right in rights):
        raise PermissionDenied


def _address(outcomes):
    """The page of the one row put back, where its key is its address and may have changed; else ""."""
    rows = [row for outcome in outcomes for row in outcome.rows]
    return rows[0].get_absolute_url() if len(rows) == 1 and hasattr(rows[0], "key") else ""


def _safe(request, url):
    """``url`` if it stays on this site and under the organisation's mount, else the organisation's start page."""
    inside = url.startswith(request.org.get_absolute_url()) and url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if inside else request.org.get_absolute_url()
