"""Planning a release from a template, and putting one under an enterprise release."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.forms.templates import AttachForm, BuildForm
from calendar_app.models import Release
from calendar_app.releases.following import attach, detach
from calendar_app.releases.plans import plan
from calendar_app.templates.build import build, planned_dates
from calendar_app.templates.plan import parsed
from calendar_app.views.releases import release_form_page
from calendar_app.views.saving import answer_form, answer_step, find, refuse, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.changes.nouns import one_act
from releasemgr.changes.revisions import Moved
from releasemgr.htmx import go_to, render_page

PLAN = {"GET": Permission.PLAN_RELEASE, "POST": Permission.PLAN_RELEASE}


@allow(**PLAN)
def release_build(request):
    """Plan a release from a template: see its dates first (POST), then make it (POST with ``apply``)."""
    if request.method != "POST":
        return _show(request, BuildForm(initial={"template_version": request.GET.get("version")}))
    form = BuildForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        if "apply" in request.POST:
            return _made(request, form)
        return _show(request, form, preview=_preview(form))
    except (ValidationError, Moved) as refusal:
        refuse(form, refusal if isinstance(refusal, ValidationError) else ValidationError(str(refusal)))
        return _show(request, form, status=422)


@allow(**PLAN)
def release_attachment(request, number):
    """Put a release under an enterprise release, with its phases and gates or with its own."""
    release = find(Release.objects, number=number)

    def change(form):
        row = seen(release, form.cleaned_data["version"])
        chosen = {name: form.cleaned_data[name] for name in ("parent", "inherits")}
        attach(row, chosen["parent"], inherits=chosen["inherits"], by=request.user, at=now())
        return row

    title = _("Attach %(release)s") % {"release": release.reference}
    page = release_form_page(release, title, _("Attach"))
    initial = {"version": release.version, "parent": release.parent_id, "inherits": "inherit"}
    said = _("%(release)s belongs to the enterprise release.") % {"release": release}
    return answer_form(request, AttachForm, change, page, initial=initial, said=said, release=release)


@allow(POST=Permission.PLAN_RELEASE)
def release_detachment(request, number):
    """Let a release stand alone again."""
    release = seen(find(Release.objects, number=number), request.POST.get("version"))
    said = _("%(release)s stands alone; its dates stay.") % {"release": release}
    return answer_step(request, lambda: detach(release, by=request.user, at=now()), release, said=said)


def _made(request, form):
    at = now()
    with transaction.atomic(), one_act():
        made = plan([form.release()], by=request.user, at=at, applications=form.cleaned_data["applications"])
        outcome = build(made.rows[0], form.cleaned_data["template_version"], by=request.user, at=at)
    messages.success(request, _("The release is planned from its template."))
    return go_to(request, outcome.rows[0])


def _preview(form):
    """The dates of the phases and gates, in order of the plan."""
    version, release = form.cleaned_data["template_version"], form.release()
    dates = planned_dates(release, version, applications=form.cleaned_data["applications"])
    entries = parsed(version.plan)
    return {
        "phases": [(phase, dates.phases[phase.key]) for phase in entries.phases],
        "gates": sorted(((gate, dates.gates[gate.key]) for gate in entries.gates), key=lambda pair: pair[1]),
        "counts": (len(entries.criteria), len(entries.activities), len(entries.approvals)),
    }


def _show(request, form, *, preview=None, status=200):
    back = reverse("calendar:release-list")
    context = {"form": form, "preview": preview, "back": back, "crumbs": [(_("Releases"), back)]}
    return render_page(request, "calendar/templates/build.html", context, partial="form", status=status)
