"""The go / no-go of a gate: what it rests on, votes, delegations, the rules of who decides."""

from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.approvals import rules as keeping
from calendar_app.approvals.pages import about
from calendar_app.approvals.standings import standing_of
from calendar_app.approvals.voices import effects, person_of, voice_of
from calendar_app.approvals.votes import CoverageMoved, delegate, take_back, vote
from calendar_app.approvals.words import change_words, why_not_passed
from calendar_app.forms.approvals import DelegationForm, RuleForm, VoteForm
from calendar_app.models import ApprovalRule, Gate
from calendar_app.views.releases import release_form_page
from calendar_app.views.saving import answer_form, answer_step, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import in_peek, render_page
from releasemgr.portfolio.models import Person
from releasemgr.tenancy.days import local_date

NAMED = {"GET": Permission.DECIDE_WHERE_NAMED, "POST": Permission.DECIDE_WHERE_NAMED}
SHAPE = {"GET": Permission.SHAPE_PROCESS, "POST": Permission.SHAPE_PROCESS}
PAPERS = ("portrait", "landscape")


@allow(GET=Permission.VIEW)
def gate_approval(request, pk):
    """The go / no-go: as it stands now, or as it was decided."""
    standing = standing_of(gate_of(pk), at=now())
    paper = request.GET.get("paper")
    context = {
        **about(standing, request.user, at=now(), today=local_date(now(), request.org.zone)),
        "may_shape": request.membership.may(Permission.SHAPE_PROCESS),
        "may_decide_alone": standing.is_asked
        and not standing.rules
        and standing.gate.release.is_open
        and request.membership.may(Permission.DECIDE_GATE),
        "paper": paper if paper in PAPERS else "portrait",
        "page": gate_page(standing.gate, _("Go / no-go"), ""),
        "is_peek": in_peek(request),
    }
    return render_page(request, "calendar/approvals/approval.html", context, partial="body", peek="body")


@allow(**NAMED)
def gate_vote(request, pk):
    """Approve, approve with conditions or reject, for oneself or for whom one stands in."""
    standing, voice = _speaking(request, pk)

    def cast(form):
        given = form.cleaned_data
        try:
            vote(
                standing.gate,
                given["verdict"],
                person=given["person"],
                actor=voice.person,
                seen=given["seen"],
                by=request.user,
                at=now(),
                note=given["note"],
                conditions=form.conditions,
            )
        except CoverageMoved:
            form.data = form.data.copy()
            form.data["seen"] = standing_of(gate_of(pk), at=now()).digest
            raise
        return reverse("calendar:gate-approval", args=[pk])

    page = gate_page(standing.gate, _("Decide %(gate)s") % {"gate": standing.gate}, _("Sign"))
    page = replace(page, template="calendar/approvals/sign.html", facts=_before_signing(standing, voice))
    return answer_form(
        request,
        VoteForm,
        cast,
        page,
        initial={"seen": standing.digest, "person": voice.principals[0].pk},
        said=_("Your vote is counted."),
        principals=voice.principals,
    )


@allow(POST=Permission.DECIDE_WHERE_NAMED)
def gate_vote_withdrawal(request, pk):
    """Take back one's vote for a person."""
    gate, actor = gate_of(pk), _person(request)
    spoken = request.POST.get("person") or str(actor.pk)
    person = Person.objects.filter(pk=spoken).first() if len(spoken) == 36 else None
    said = _("The vote is taken back.")
    return answer_step(
        request,
        lambda: take_back(gate, person=person or actor, actor=actor, by=request.user, at=now()),
        gate,
        said=said,
    )


@allow(**NAMED)
def gate_delegation(request, pk):
    """Let another person decide this round, or take that back."""
    standing, voice = _speaking(request, pk)
    if voice.person not in voice.principals:
        raise PermissionDenied

    def hand_over(form):
        to = form.cleaned_data["delegate"]
        delegate(standing.gate, person=voice.person, to=to, by=request.user, at=now())
        return reverse("calendar:gate-approval", args=[pk])

    page = gate_page(
        standing.gate, _("Let somebody else decide %(gate)s") % {"gate": standing.gate}, _("Save")
    )
    initial = {"delegate": standing.stand_ins.get(voice.person.pk)}
    return answer_form(
        request, DelegationForm, hand_over, page, initial=initial, said=_("Saved."), person=voice.person
    )


@allow(**SHAPE)
def rule_create(request, pk):
    """A new rule of approval of a gate."""
    gate = gate_of(pk)

    def add(form):
        return _save_rule(ApprovalRule(gate=gate), form, request)

    page = gate_page(gate, _("Say who decides %(gate)s") % {"gate": gate}, _("Add the rule"))
    return answer_form(request, RuleForm, add, page, said=_("The rule is added."))


@allow(**SHAPE)
def rule_edit(request, pk):
    """Change a rule of approval."""
    rule = find(ApprovalRule.objects.select_related("gate__release"), pk=pk)
    names = ("version", "name", "needed", "step", "allows_own")
    initial = {name: getattr(rule, name) for name in names} | {"group": rule.group_id}
    initial["people"] = list(rule.seats.values_list("person_id", flat=True))

    def change(form):
        return _save_rule(seen(rule, form.cleaned_data["version"]), form, request)

    page = gate_page(rule.gate, _("Edit the rule %(rule)s") % {"rule": rule}, _("Save"))
    return answer_form(request, RuleForm, change, page, initial=initial, said=_("Saved."))


@allow(POST=Permission.SHAPE_PROCESS)
def rule_removal(request, pk):
    """Take a rule away."""
    rule = find(ApprovalRule.objects.select_related("gate__release"), pk=pk)
    said = _("The rule is removed.")
    return answer_step(
        request, lambda: keeping.remove_rule(rule, by=request.user, at=now()), rule.gate, said=said
    )


def gate_of(pk):
    """A gate with what its decision shows; 404 when there is none."""
    related = ("release", "owner", "phase", "project", "parent__release")
    return get_object_or_404(Gate.objects.select_related(*related), pk=pk)


def gate_page(gate, title, submit):
    """The frame of a form about the decision of a gate."""
    back = reverse("calendar:gate-approval", args=[gate.pk])
    page = release_form_page(gate.release, title, submit)
    return replace(page, back=back, crumbs=(*page.crumbs, (str(gate), gate.get_absolute_url())))


def _before_signing(standing, voice):
    """What somebody reads before they sign: what it sets off, what changed, what is in the way."""
    changed = standing.round.record.get("changed", [])
    return {
        "effects": effects(standing, voice),
        "changes": [change_words(change) for change in changed],
        "why": why_not_passed(standing),
    }


def _save_rule(rule, form, request):
    given = form.cleaned_data
    values = {name: given[name] for name in ("name", "group", "needed", "step", "allows_own")}
    keeping.save_rule(rule, values, list(given["people"]), by=request.user, at=now())
    return reverse("calendar:gate-approval", args=[rule.gate_id])


def _speaking(request, pk):
    """The Standing of a gate and the Voice of whoever asks; 403 for somebody whom no rule names now."""
    standing = standing_of(gate_of(pk), at=now())
    voice = voice_of(standing, person_of(request.user))
    if not voice:
        raise PermissionDenied
    return standing, voice


def _person(request):
    person = person_of(request.user)
    if person is None:
        raise PermissionDenied
    return person
