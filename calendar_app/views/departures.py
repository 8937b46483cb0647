"""Going without a release: first what it breaks, then the departure, if nothing changed in between."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.conflicts import sentence
from calendar_app.conflicts.consequences import consequences
from calendar_app.departures.finders import touched_by
from calendar_app.departures.going import fingerprint, go_without, torn
from calendar_app.forms.departures import DepartureForm
from calendar_app.models import Release
from calendar_app.views.releases import release_form_page
from calendar_app.views.saving import find, refuse, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.activity.reading import read
from releasemgr.changes.choices import both_values
from releasemgr.changes.revisions import Moved
from releasemgr.htmx import go_to, in_peek, render_page


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def release_departure(request, number):
    """Say why (GET), see what it breaks (POST), go without it (POST with ``apply``)."""
    release = find(Release.objects.for_list(), number=number)
    dependencies = list(torn(release)) if release.parent else []
    if request.method != "POST":
        form = DepartureForm(initial={"version": release.version}, dependencies=dependencies)
        return _show(request, release, form)
    form = DepartureForm(request.POST, dependencies=dependencies)
    if not form.is_valid():
        return _show(request, release, form, status=422)
    try:
        return _preview_or_apply(request, release, form)
    except Moved as moved:
        return _show(
            request, release, _with(form, version=release.version), status=409, conflict=both_values(moved)
        )
    except ValidationError as refusal:
        refuse(form, refusal)
        return _show(request, release, form, status=422)


def _preview_or_apply(request, release, form):
    child, parent = seen(release, form.cleaned_data["version"]), release.parent
    given = {"reason": form.cleaned_data["reason"], "answers": form.answers, "by": request.user, "at": now()}
    found = consequences(lambda: go_without(child, **given))
    now_seen = fingerprint(child)
    is_outdated = "apply" in request.POST and form.cleaned_data["seen"] != now_seen
    if "apply" not in request.POST or is_outdated:
        status = 409 if is_outdated else 200
        form = _with(form, seen=now_seen)
        return _show(request, release, form, found=found, status=status, is_outdated=is_outdated)
    go_without(child, **given)
    said = _("%(parent)s goes without %(release)s.") % {"parent": parent, "release": child}
    messages.success(request, said)
    return go_to(request, child)


def _with(form, **values):
    form.data = form.data.copy()
    for name, value in values.items():
        form.data[name] = str(value)
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
        "touched": touched_by(release, release.parent) if release.parent else (),
        "page": release_form_page(release, _("Go without %(release)s") % {"release": release}, _("Preview")),
        "is_peek": in_peek(request),
    }
    return render_page(
        request, "calendar/departures/form.html", context, partial="form", peek="form", status=status
    )
