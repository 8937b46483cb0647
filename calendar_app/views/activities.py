"""The activities of a phase, and entering a phase again."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.forms.activities import ActivityForm, EntryForm, PercentForm
from calendar_app.models import PhaseActivity
from calendar_app.phases import activities as verbs
from calendar_app.phases.reading import work_of
from calendar_app.releases.phases import enter_again
from calendar_app.views.phases import find_phase
from calendar_app.views.releases import release_form_page
from calendar_app.views.saving import answer_form, answer_step, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.changes.revisions import Moved
from releasemgr.htmx import go_to, render_page, wants_fragment


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def activity_create(request, number, position):
    """Add an activity to a phase."""
    phase = find_phase(number, position)

    def add(form):
        row = PhaseActivity(phase=phase, **_values(form))
        verbs.add_activities([row], by=request.user, at=now())
        return phase

    page = _page(phase, _("Add an activity"), _("Add it"))
    return answer_form(request, ActivityForm, add, page, said=_("The activity is added."))


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def activity_edit(request, pk):
    """Change an activity."""
    activity = _activity(pk)

    def change(form):
        row = seen(activity, form.cleaned_data["version"])
        verbs.edit_activity(row, _values(form), by=request.user, at=now())
        return row.phase

    initial = {name: getattr(activity, name) for name in ("version", "name", "due_on")}
    initial["owner"] = activity.owner_id
    page = _page(activity.phase, _("Edit %(activity)s") % {"activity": activity}, _("Save"))
    return answer_form(request, ActivityForm, change, page, initial=initial, said=_("Saved."))


@allow(POST=Permission.DECIDE_WHERE_NAMED)
def activity_percent(request, pk):
    """Say how far an activity is: for its owner, whatever the role, and for who plans."""
    activity = _activity(pk)
    may_plan = request.membership.may(Permission.PLAN_RELEASE)
    is_owner = activity.owner is not None and activity.owner.user_id == request.user.pk
    if not may_plan and not is_owner:
        raise PermissionDenied
    status, refusal = _set_percent(request, activity)
    if not wants_fragment(request):
        if refusal:
            messages.error(request, refusal)
        return go_to(request, activity.phase)
    phase = activity.phase
    context = {
        "phase": phase,
        "work": work_of(phase, by=request.user, may_plan=may_plan),
        "may_plan": may_plan,
        "refusal": refusal,
    }
    return render_page(request, "calendar/phases/detail.html", context, partial="activities", status=status)


@allow(POST=Permission.PLAN_RELEASE)
def activity_removal(request, pk):
    """Take an activity away from its phase."""
    activity = seen(_activity(pk), request.POST.get("version"))
    said = _("%(activity)s is removed.") % {"activity": activity}
    return answer_step(
        request,
        lambda: verbs.remove_activities([activity], by=request.user, at=now()),
        activity.phase,
        said=said,
    )


@allow(POST=Permission.PLAN_RELEASE)
def activity_position(request, pk):
    """Move an activity up or down in its phase."""
    activity = _activity(pk)
    steps = -1 if request.POST.get("steps") == "-1" else 1
    return answer_step(
        request,
        lambda: verbs.move_activity(activity, steps, by=request.user, at=now()),
        activity.phase,
        said=_("The order is changed."),
    )


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def phase_reentry(request, number, position):
    """Enter a phase again, and say why."""
    phase = find_phase(number, position)

    def enter(form):
        row = seen(phase, form.cleaned_data["version"])
        enter_again([row], form.cleaned_data["reason"], by=request.user, at=now())
        return row

    page = _page(phase, _("Enter %(phase)s again") % {"phase": phase}, _("Enter it again"))
    said = _("%(phase)s is in progress again.") % {"phase": phase}
    return answer_form(request, EntryForm, enter, page, initial={"version": phase.version}, said=said)


def _set_percent(request, activity):
    """``(status, what to say)`` after trying; 422 for a wrong number, 409 when somebody was faster."""
    form = PercentForm(request.POST)
    if not form.is_valid():
        return 422, _("Give a number from 0 to 100.")
    given = form.cleaned_data
    try:
        verbs.set_percent(seen(activity, given["version"]), given["percent_done"], by=request.user, at=now())
    except Moved as moved:
        first = moved.collisions[0]
        words = {"activity": activity, "name": first.actor_name or _("Somebody")}
        return 409, _("%(name)s changed “%(activity)s” first. Here is how it stands now.") % words
    except ValidationError as refusal:
        return 422, " ".join(refusal.messages)
    return 200, ""


def _page(phase, title, submit):
    return release_form_page(phase.release, title, submit)


def _activity(pk):
    return find(PhaseActivity.objects.select_related("phase__release", "owner"), pk=pk)


def _values(form):
    return {name: value for name, value in form.cleaned_data.items() if name != "version"}
