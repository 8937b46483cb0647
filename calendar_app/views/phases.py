"""Phases and milestones of a release."""

from django.http import Http404
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.forms import MilestoneForm, PhaseForm
from calendar_app.models import Milestone, Phase, Release
from calendar_app.phases.reading import work_of
from calendar_app.releases import phases as verbs
from calendar_app.releases.page import phase_stance, undoable
from calendar_app.views.releases import release_form_page
from calendar_app.views.saving import answer_form, answer_step, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import in_peek, render_page
from releasemgr.tenancy.days import local_date

STEPS = {"entry": verbs.begin_phases, "exit": verbs.finish_phases, "cancellation": verbs.cancel_phases}
_OFFERED = {Phase.Status.PLANNED: ("entry", "cancellation"), Phase.Status.ACTIVE: ("exit",)}


@allow(GET=Permission.VIEW)
def phase_detail(request, number, position):
    """One phase, as a page and in the peek drawer."""
    phase = find_phase(number, position)
    may_plan = request.membership.may(Permission.PLAN_RELEASE)
    offered = _OFFERED.get(phase.status, ()) if phase.release.is_open else ()
    context = {
        "phase": phase,
        "stance": phase_stance(phase, local_date(now(), request.org.zone)),
        "steps": offered if may_plan else (),
        "work": work_of(phase, by=request.user, may_plan=may_plan and phase.release.is_open),
        "may_plan": may_plan and phase.release.is_open and phase.status != Phase.Status.CANCELLED,
        "may_reenter": may_plan and phase.release.is_open and phase.status == Phase.Status.DONE,
        "gates": phase.gates.order_by("planned_date", "name", "pk"),
        "may_edit": offered and may_plan,
        "undo_id": undoable(phase, by=request.user),
        "page": release_form_page(phase.release, str(phase), ""),
        "is_peek": in_peek(request),
    }
    return render_page(request, "calendar/phases/detail.html", context, partial="facts", peek="peek")


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def phase_create(request, number):
    """Plan a phase of a release."""
    release = find(Release.objects, number=number)

    def create(form):
        verbs.plan_phases([Phase(release=release, **_values(form))], by=request.user, at=now())
        return release

    page = release_form_page(release, _("Plan a phase"), _("Plan it"))
    return answer_form(request, PhaseForm, create, page, said=_("The phase is planned."))


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def phase_edit(request, number, position):
    """Change a phase."""
    phase = find_phase(number, position)

    def change(form):
        row = seen(phase, form.cleaned_data["version"])
        verbs.edit_phase(row, _values(form), by=request.user, at=now())
        return row.release

    page = release_form_page(phase.release, _("Edit %(phase)s") % {"phase": phase}, _("Save"))
    initial = {name: getattr(phase, name) for name in ("version", "name", "kind", "starts_on", "ends_on")}
    return answer_form(request, PhaseForm, change, page, initial=initial, said=_("Saved."))


@allow(POST=Permission.PLAN_RELEASE)
def phase_step(request, number, position, noun):
    """Enter, leave or cancel a phase."""
    phase = seen(find_phase(number, position), request.POST.get("version"))
    said = _("%(phase)s: done.") % {"phase": phase}
    return answer_step(
        request, lambda: STEPS[noun]([phase], by=request.user, at=now()), phase.release, said=said
    )


@allow(GET=Permission.VIEW)
def milestone_detail(request, pk):
    """One milestone, as a page and in the peek drawer."""
    milestone = find(Milestone.objects.select_related("release"), pk=pk)
    context = {
        "milestone": milestone,
        "may_edit": request.membership.may(Permission.PLAN_RELEASE),
        "page": release_form_page(milestone.release, str(milestone), ""),
        "is_peek": in_peek(request),
    }
    return render_page(request, "calendar/milestones/detail.html", context, partial="facts", peek="peek")


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def milestone_create(request, number):
    """Plan a milestone of a release."""
    release = find(Release.objects, number=number)

    def create(form):
        verbs.plan_milestones([Milestone(release=release, **_values(form))], by=request.user, at=now())
        return release

    page = release_form_page(release, _("Plan a milestone"), _("Plan it"))
    return answer_form(request, MilestoneForm, create, page, said=_("The milestone is planned."))


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def milestone_edit(request, pk):
    """Change a milestone."""
    milestone = find(Milestone.objects.select_related("release"), pk=pk)

    def change(form):
        row = seen(milestone, form.cleaned_data["version"])
        verbs.edit_milestone(row, _values(form), by=request.user, at=now())
        return row.release

    page = release_form_page(milestone.release, _("Edit %(milestone)s") % {"milestone": milestone}, _("Save"))
    names = ("version", "name", "starts_on", "ends_on", "description")
    initial = {name: getattr(milestone, name) for name in names}
    return answer_form(request, MilestoneForm, change, page, initial=initial, said=_("Saved."))


def find_phase(number, position):
    """A phase with its release, or 404."""
    if position > 32_767:
        raise Http404
    return find(Phase.objects.select_related("release"), release__number=number, position=position)


def _values(form):
    return {name: value for name, value in form.cleaned_data.items() if name != "version"}
