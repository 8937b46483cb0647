"""Who decides a gate: groups, rules, votes, absences, and the board that meets for it."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from calendar_app.models.gates import Gate, GateRound
from releasemgr.portfolio.models import Person
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk


class ApprovalGroup(OrgModel):
    """People who may approve for one another: a change board, the test managers."""

    name = models.CharField(_("name"), max_length=120)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("approvalgroup"),
            models.UniqueConstraint(fields=["org", "name"], name="approvalgroup_name_once"),
        ]

    def __str__(self):
        return self.name


class GroupMember(OrgModel):
    """A person in an approval group."""

    group = org_fk(ApprovalGroup, related_name="members", on_delete=models.CASCADE)
    person = org_fk(Person, related_name="approval_groups", verbose_name=_("person"))

    class Meta:
        constraints = [
            *org_walls("groupmember", "group", "person"),
            models.UniqueConstraint(fields=["org", "group", "person"], name="groupmember_once"),
        ]
        indexes = [models.Index(fields=["org", "person"], name="groupmember_by_person")]

    def __str__(self):
        return f"{self.person} in {self.group}"


class ApprovalRule(OrgModel):
    """``needed`` of the people of a group, or of the named ``seats``, must approve a gate.

    Rules of one ``step`` are asked in parallel; a step opens when every rule of the steps before it is met.
    ``allows_own``: whoever asked for the decision may approve it too.
    """

    gate = org_fk(Gate, related_name="approval_rules", on_delete=models.CASCADE)
    name = models.CharField(_("name"), max_length=120)
    group = org_fk(ApprovalGroup, null=True, related_name="rules", verbose_name=_("group"))
    needed = models.PositiveSmallIntegerField(_("needed"), default=1)
    step = models.PositiveSmallIntegerField(_("step"), default=1)
    allows_own = models.BooleanField(_("the requester may approve"), default=False)
    template_key = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("approvalrule", "gate", "group"),
            models.CheckConstraint(name="approvalrule_needs_somebody", condition=Q(needed__gte=1)),
        ]
        indexes = [models.Index(fields=["org", "gate"], name="approvalrule_by_gate")]

    def __str__(self):
        return self.name


class ApprovalSeat(OrgModel):
    """A person named by an approval rule."""

    rule = org_fk(ApprovalRule, related_name="seats", on_delete=models.CASCADE)
    person = org_fk(Person, related_name="approval_seats", verbose_name=_("person"))

    class Meta:
        constraints = [
            *org_walls("approvalseat", "rule", "person"),
            models.UniqueConstraint(fields=["org", "rule", "person"], name="approvalseat_once"),
        ]
        indexes = [models.Index(fields=["org", "person"], name="approvalseat_by_person")]

    def __str__(self):
        return f"{self.person} for {self.rule}"


class Vote(OrgModel):
    """What was said in the name of one person in a round; ``cast_by`` is who said it: they or who stands in for them.

    ``digest`` says what the gate covered then (`calendar_app.gates.coverage`): a vote on a former state does not
    count. ``conditions`` are ``{name, owner, due_on}`` each, made criteria when the round is decided.
    """

    class Verdict(models.TextChoices):
        APPROVE = "approve", _("Approve")
        CONDITIONAL = "conditional", _("Approve with conditions")
        REJECT = "reject", _("Reject")

    round = org_fk(GateRound, related_name="votes", on_delete=models.CASCADE)
    person = org_fk(Person, related_name="votes")
    cast_by = org_fk(Person, related_name="votes_cast")
    verdict = models.CharField(_("verdict"), max_length=11, choices=Verdict)
    note = models.TextField(_("note"), blank=True, max_length=5_000)
    conditions = models.JSONField(_("conditions"), default=list)
    digest = models.CharField(max_length=64, blank=True)
    cast_at = models.DateTimeField(_("said"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("vote", "round", "person", "cast_by"),
            models.UniqueConstraint(fields=["org", "round", "person"], name="vote_once_per_person"),
        ]

    def __str__(self):
        return f"{self.person}: {self.get_verdict_display()}"


class Absence(OrgModel):
    """Days, both inclusive, on which a person is away, and who decides meanwhile."""

    person = org_fk(Person, related_name="absences", verbose_name=_("person"))
    deputy = org_fk(Person, null=True, related_name="deputy_in", verbose_name=_("deputy"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("absence", "person", "deputy"),
            models.CheckConstraint(name="absence_ends_after_start", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(name="absence_deputy_is_another", condition=~Q(deputy=F("person"))),
        ]
        indexes = [models.Index(fields=["org", "person", "ends_on"], name="absence_by_person")]

    def __str__(self):
        return f"{self.person} away"


class Delegation(OrgModel):
    """A person lets another decide one round in their place."""

    round = org_fk(GateRound, related_name="delegations", on_delete=models.CASCADE)
    person = org_fk(Person, related_name="delegations_given")
    delegate = org_fk(Person, related_name="delegations_taken", verbose_name=_("delegate"))
    given_at = models.DateTimeField(_("given"))

    class Meta:
        constraints = [
            *org_walls("delegation", "round", "person", "delegate"),
            models.UniqueConstraint(fields=["org", "round", "person"], name="delegation_once"),
            models.CheckConstraint(name="delegation_is_to_another", condition=~Q(delegate=F("person"))),
        ]
        indexes = [models.Index(fields=["org", "delegate"], name="delegation_by_delegate")]

    def __str__(self):
        return f"{self.delegate} for {self.person}"


class Board(OrgModel):
    """A session in which the gates of one date are decided in turn, with agenda and minutes."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        OPEN = "open", _("In session")
        CLOSED = "closed", _("Closed")

    name = models.CharField(_("name"), max_length=120)
    held_on = models.DateField(_("date"))
    chair = org_fk(Person, null=True, related_name="boards_chaired", verbose_name=_("chair"))
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.PLANNED)
    minutes = models.TextField(_("minutes"), blank=True, max_length=20_000)
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    record = models.JSONField(default=dict)  # what was decided, frozen when it closed
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("board", "chair"),
            models.CheckConstraint(
                name="board_closed_has_instant", condition=~Q(state="closed") | Q(closed_at__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["org", "held_on"], name="board_by_date")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("calendar:board-detail", args=[self.pk])


class BoardItem(OrgModel):
    """A gate on the agenda of a board."""

    board = org_fk(Board, related_name="items", on_delete=models.CASCADE)
    gate = org_fk(Gate, related_name="board_items", on_delete=models.CASCADE)
    position = models.PositiveSmallIntegerField(default=1)
    note = models.TextField(_("note"), blank=True, max_length=5_000)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("boarditem", "board", "gate"),
            models.UniqueConstraint(fields=["org", "board", "gate"], name="boarditem_once"),
        ]
        indexes = [models.Index(fields=["org", "gate"], name="boarditem_by_gate")]

    def __str__(self):
        return f"{self.position}. {self.gate}"
