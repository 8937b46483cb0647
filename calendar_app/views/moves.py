"""Moving a release: first what it would cost, then the move itself, if nothing changed in between."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.conflicts import sentence
from calendar_app.conflicts.consequences import consequences
from calendar_app.forms import TargetForm
from calendar_app.models import Release
from calendar_app.releases.moves import Move, fingerprint, move
from calendar_app.views.releases import release_form_page
from calendar_app.views.saving import find, refuse, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.activity.reading import read
from releasemgr.changes.choices import both_values
from releasemgr.changes.revisions import Moved
from releasemgr.htmx import go_to, in_peek, render_page


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def release_target(request, number):
    """Choose a new go-live date (GET, also from a drag), see its price (POST), apply it (POST with ``apply``)."""
    release = find(Release.objects.for_list(), number=number)
    if request.method != "POST":
        return _show(request, release, TargetForm(initial=_initial(request, release)))
    form = TargetForm(request.POST)
    if not form.is_valid():
        return _show(request, release, form, status=422)
    try:
        return _preview_or_apply(request, release, form)
    except Moved as moved:
        return _show(request, release, _renewed(form, release), status=409, conflict=both_values(moved, form))
    except ValidationError as refusal:
        refuse(form, refusal)
        return _show(request, release, form, status=422)


def _preview_or_apply(request, release, form):
    moves = [Move(seen(release, form.cleaned_data["version"]), form.cleaned_data["target_date"])]
    found = consequences(lambda: move(moves, by=request.user, at=now()))
    now_seen = fingerprint(moves)
    if "apply" not in request.POST:
        return _show(request, release, _with_seen(form, now_seen), found=found)
    if form.cleaned_data["seen"] != now_seen:
        return _show(request, release, _with_seen(form, now_seen), found=found, status=409, is_outdated=True)
    move(moves, by=request.user, at=now())
    messages.success(request, _("%(release)s is moved.") % {"release": release})
    return go_to(request, release)


def _initial(request, release):
    """The date on the form: where a bar was dropped (``to`` is half-open), else the one it has."""
    dropped = TargetForm({"target_date": request.GET.get("to", "")})
    dropped.is_valid()
    day = dropped.cleaned_data.get("target_date")
    return {"version": release.version, "target_date": day or release.target_date}


def _with_seen(form, seen_text):
    form.data = form.data.copy()
    form.data["seen"] = seen_text
    return form


def _renewed(form, release):
    form.data = form.data.copy()
    form.data["version"] = str(Release.objects.get(pk=release.pk).version)
    return form


def _show(request, release, form, *, found=None, status=200, conflict=None, is_outdated=False):
    context = {
        "release": release,
        "form": form,
        "conflict": conflict,
        "is_outdated": is_outdated,
        "found": found,
        "changes": read(found.entries) if found else (),
        "caused": [(one, sentence(one)) for one in found.caused] if found else (),
        "ended": [(one, sentence(one)) for one in found.ended] if found else (),
        "page": release_form_page(
            release, _("Move %(release)s") % {"release": release.reference}, _("Preview")
        ),
        "is_peek": in_peek(request),
    }
    return render_page(
        request, "calendar/releases/target.html", context, partial="form", peek="form", status=status
    )
