"""Criteria of gates: added, edited, judged, put in order, removed; the cases of a rule over facts."""

from types import SimpleNamespace

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.forms.criteria import CaseFilterForm, CriterionForm, JudgementForm
from calendar_app.gates import criteria as verbs
from calendar_app.gates.board import line_of
from calendar_app.gates.facts import rulebook
from calendar_app.gates.facts.judging import judge_all
from calendar_app.models import Criterion, Gate
from calendar_app.releases.page import undoable
from calendar_app.views.saving import FormPage, answer_form, answer_step, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import in_peek, render_page
from releasemgr.spreadsheet import csv_response

PAGE = 50
CASE_HEADER = ("release", "name", "project", "outcome", "why")


@allow(GET=Permission.VIEW)
def criterion_detail(request, pk):
    """One criterion: judgement, evidence, waiver; for a rule about each release, every case."""
    criterion, at = _criterion(pk), now()
    may_plan = request.membership.may(Permission.PLAN_RELEASE)
    waiver = verbs.waivers_of([criterion], at).get(criterion.pk)
    rule, form = rulebook.get(criterion.rule), CaseFilterForm(request.GET)
    cases = _cases(criterion, form)
    context = {
        "line": line_of(criterion, waiver, by=request.user, may_plan=may_plan),
        "rule": rule,
        "asked": _asked(criterion, rule),
        "filter": form,
        "has_cases": bool(rule and rule.cases),
        "page": Paginator(cases, PAGE).get_page(request.GET.get("page")),
        "may_plan": may_plan
        and criterion.state != Criterion.State.DROPPED
        and criterion.gate.release.is_open,
        "undo_id": undoable(criterion, by=request.user) if may_plan else None,
        "frame": _page(criterion.gate, str(criterion), ""),
        "is_peek": in_peek(request),
    }
    partial = "rows" if request.GET.get("page") else "cases"
    return render_page(request, "calendar/criteria/detail.html", context, partial=partial, peek="peek")


@allow(GET=Permission.VIEW)
def criterion_export(request, pk):
    """The cases of a rule as CSV, narrowed by the same URL."""
    criterion, query = _criterion(pk), request.GET.copy()

    def rows():
        for case in _cases(criterion, CaseFilterForm(query)):
            release = case.release
            yield release.reference, release.name, release.project or "", case.outcome, case.why

    return csv_response(request.org, "cases", CASE_HEADER, rows)


@allow(GET=Permission.PLAN_RELEASE)
def criterion_rules(request, pk):
    """The rules over facts that a criterion can follow."""
    gate = _gate(pk)
    context = {
        "rules": rulebook.values(),
        "frame": _page(gate, _("Choose a rule over facts"), ""),
        "gate": gate,
        "is_peek": in_peek(request),
    }
    return render_page(request, "calendar/criteria/rules.html", context, partial="rules", peek="rules")


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def criterion_create(request, pk):
    """Add a criterion to a gate; ``?rule=`` names the rule over facts that judges it."""
    gate, code = _gate(pk), request.GET.get("rule", "")
    rule = rulebook.get(code)
    if code and rule is None:
        raise Http404

    def add(form):
        row = Criterion(gate=gate, rule=code, **form.values())
        verbs.add_criteria([row], by=request.user, at=now())
        return gate

    title = _("Add a criterion: %(rule)s") % {"rule": rule.label} if rule else _("Add a criterion")
    initial = {"name": rule.label if rule else "", "kind": Criterion.Kind.EXIT, "is_mandatory": True}
    page = _page(gate, title, _("Add it"))
    return answer_form(
        request, CriterionForm, add, page, initial=initial, said=_("The criterion is added."), rule=rule
    )


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def criterion_edit(request, pk):
    """Change what a criterion asks for."""
    criterion = _criterion(pk)
    rule = rulebook.get(criterion.rule)

    def change(form):
        row = seen(criterion, form.cleaned_data["version"])
        verbs.edit_criterion(row, form.values(), by=request.user, at=now())
        return row

    names = ("version", "name", "kind", "due_on", "is_mandatory")
    initial = {name: getattr(criterion, name) for name in names} | criterion.parameters
    initial["owner"] = criterion.owner_id
    page = _page(criterion.gate, _("Edit %(criterion)s") % {"criterion": criterion}, _("Save"))
    return answer_form(request, CriterionForm, change, page, initial=initial, said=_("Saved."), rule=rule)


@allow(GET=Permission.DECIDE_WHERE_NAMED, POST=Permission.DECIDE_WHERE_NAMED)
def criterion_judgement(request, pk):
    """Say whether a criterion is met, with the evidence; for its owner, whatever the role, and for who plans."""
    criterion = _criterion(pk)
    is_owner = criterion.owner is not None and criterion.owner.user_id == request.user.pk
    if not is_owner and not request.membership.may(Permission.PLAN_RELEASE):
        raise PermissionDenied

    def judge(form):
        given = form.cleaned_data
        row = seen(criterion, given.pop("version"))
        verbs.judge(row, given.pop("state"), by=request.user, at=now(), **given)
        return row.gate

    names = ("version", "state", "evidence_url", "evidence_note")
    initial = {name: getattr(criterion, name) for name in names}
    page = _page(criterion.gate, _("Judge: %(criterion)s") % {"criterion": criterion}, _("Save"))
    return answer_form(request, JudgementForm, judge, page, initial=initial, said=_("Judged."))


@allow(POST=Permission.PLAN_RELEASE)
def criterion_removal(request, pk):
    """Take a criterion away from its gate."""
    criterion = seen(_criterion(pk), request.POST.get("version"))
    said = _("%(criterion)s is removed.") % {"criterion": criterion}
    return answer_step(
        request,
        lambda: verbs.drop_criteria([criterion], by=request.user, at=now()),
        criterion.gate,
        said=said,
    )


@allow(POST=Permission.PLAN_RELEASE)
def criterion_position(request, pk):
    """Move a criterion up or down at its gate."""
    criterion = _criterion(pk)
    steps = -1 if request.POST.get("steps") == "-1" else 1
    return answer_step(
        request,
        lambda: verbs.move_criterion(criterion, steps, by=request.user, at=now()),
        criterion.gate,
        said=_("The order is changed."),
    )


@allow(POST=Permission.PLAN_RELEASE)
def criterion_evaluation(request, pk):
    """Judge a criterion by the facts as they are now: a waived dependency, for one, ends without anybody's act."""
    criterion = _criterion(pk)
    return answer_step(
        request,
        lambda: judge_all(Criterion.objects.filter(pk=criterion.pk).exclude(rule=""), now()),
        criterion,
        said=_("Judged by the facts of now."),
    )


def _cases(criterion, form):
    """The cases of a criterion's rule that pass the filter; none when the rule is not about each release."""
    rule = rulebook.get(criterion.rule)
    if rule is None or rule.cases is None:
        return []
    wanted = form.cleaned_data if form.is_valid() else {}
    outcome, words = wanted.get("outcome", ""), wanted.get("q", "").casefold()
    return [
        case
        for case in rule.cases(criterion)
        if outcome in ("", case.outcome) and words in case.release.name.casefold()
    ]


def _asked(criterion, rule):
    """``[(what the rule asks for, value), …]`` of its parameters."""
    fields = rule.fields if rule else {}
    return [
        SimpleNamespace(label=make().label, value=criterion.parameters.get(name, "–"))
        for name, make in fields.items()
    ]


def _page(gate, title, submit):
    release = gate.release
    crumbs = (
        (release.reference, release.get_absolute_url()),
        (_("Gates"), reverse("calendar:release-gates", args=[release.number])),
        (str(gate), gate.get_absolute_url()),
    )
    return FormPage(title, submit, gate.get_absolute_url(), crumbs=crumbs, lead=f"{release}: {gate}")


def _gate(pk):
    return find(Gate.objects.select_related("release"), pk=pk)


def _criterion(pk):
    rows = Criterion.objects.select_related("gate__release", "owner", "condition_of")
    return find(rows, pk=pk)
