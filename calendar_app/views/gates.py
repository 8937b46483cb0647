"""Gates: one gate with its rounds, its plan, its decision."""

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.approvals.conclusions import decide_alone
from calendar_app.forms import DecisionForm, GateForm
from calendar_app.gates import plans, rounds
from calendar_app.gates.board import board, criteria_of
from calendar_app.models import Gate, Release
from calendar_app.releases.page import undoable
from calendar_app.views.releases import release_form_page
from calendar_app.views.saving import answer_form, answer_step, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import in_peek, render_page
from releasemgr.tenancy.days import local_date

STEPS = {noun: step[0] for noun, step in rounds.STEPS.items()} | {"cancellation": plans.cancel_gates}
_FIELDS = ("version", "name", "kind", "planned_date", "rollup", "rollup_needed", "is_required", "locks_scope")


@allow(GET=Permission.VIEW)
def gate_detail(request, pk):
    """One gate with every round of decision."""
    gate, at = _gate(pk), now()
    today = local_date(at, request.org.zone)
    may_plan = request.membership.may(Permission.PLAN_RELEASE)
    is_undecided = gate.state in (Gate.State.OPEN, Gate.State.SUBMITTED, Gate.State.REJECTED)
    line = board([gate], at=at, today=today)[0]
    context = {
        "gate": gate,
        "stance": line.stance,
        "line": line,
        "criteria": criteria_of(gate, at=at, by=request.user, may_plan=may_plan and gate.release.is_open),
        "may_add": may_plan and gate.release.is_open and gate.state != Gate.State.CANCELLED,
        "rounds": gate.rounds.order_by("-number"),
        "steps": _steps(gate) if may_plan else (),
        "may_edit": may_plan and is_undecided and gate.release.is_open,
        "may_cancel": may_plan and gate.state in (Gate.State.OPEN, Gate.State.REJECTED),
        "may_decide": gate.state == Gate.State.SUBMITTED
        and gate.release.is_open
        and request.membership.may(Permission.DECIDE_GATE)
        and not gate.approval_rules.exists(),
        "undo_id": undoable(gate, by=request.user) if is_undecided else None,
        "page": release_form_page(gate.release, str(gate), ""),
        "is_peek": in_peek(request),
    }
    return render_page(request, "calendar/gates/detail.html", context, partial="facts", peek="peek")


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def gate_create(request, number):
    """Plan a gate of a release."""
    release = find(Release.objects, number=number)

    def create(form):
        return plans.plan_gates([Gate(release=release, **_values(form))], by=request.user, at=now()).rows[0]

    page = release_form_page(release, _("Plan a gate"), _("Plan it"))
    initial = {"is_required": True}
    said = _("The gate is planned.")
    return answer_form(request, GateForm, create, page, initial=initial, said=said, release=release)


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def gate_edit(request, pk):
    """Change the plan of a gate."""
    gate = _gate(pk)

    def change(form):
        row = seen(gate, form.cleaned_data["version"])
        plans.edit_gate(row, _values(form), by=request.user, at=now())
        return row

    page = release_form_page(gate.release, _("Edit %(gate)s") % {"gate": gate}, _("Save"))
    initial = {name: getattr(gate, name) for name in _FIELDS}
    initial |= {"phase": gate.phase_id, "owner": gate.owner_id, "parent": gate.parent_id}
    initial["description"] = gate.description
    said = _("Saved.")
    return answer_form(request, GateForm, change, page, initial=initial, said=said, release=gate.release)


@allow(GET=Permission.DECIDE_GATE, POST=Permission.DECIDE_GATE)
def gate_decision(request, pk):
    """Decide a submitted gate."""
    gate = _gate(pk)

    def decide(form):
        row = seen(gate, form.cleaned_data["version"])
        given = form.cleaned_data
        decide_alone(
            row,
            given["decision"],
            by=request.user,
            at=now(),
            note=given["note"],
            conditions=form.conditions,
        )
        return reverse("calendar:gate-approval", args=[row.pk])

    page = release_form_page(gate.release, _("Decide %(gate)s") % {"gate": gate}, _("Decide"))
    initial = {"version": gate.version}
    return answer_form(request, DecisionForm, decide, page, initial=initial, said=_("Decided."))


@allow(POST=Permission.PLAN_RELEASE)
def gate_step(request, pk, noun):
    """Submit, withdraw, revoke or cancel a gate."""
    gate = seen(_gate(pk), request.POST.get("version"))
    said = _("%(gate)s: done.") % {"gate": gate}
    return answer_step(request, lambda: STEPS[noun]([gate], by=request.user, at=now()), gate, said=said)


def _steps(gate):
    return [
        {"word": word, "url": reverse(f"calendar:gate-{noun}", args=[gate.pk])}
        for noun, word in rounds.steps_for(gate)
    ]


def _gate(pk):
    return find(Gate.objects.select_related("release", "phase", "owner", "project", "parent__release"), pk=pk)


def _values(form):
    return {name: value for name, value in form.cleaned_data.items() if name != "version"}
