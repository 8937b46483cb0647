"""The rules that come with the calendar itself."""

from datetime import timedelta

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from calendar_app.conflicts.finding import Finding, Side
from calendar_app.conflicts.rules import PairRule, StructureRule, add_rule
from calendar_app.dependencies.lateness import RULE, late_dependencies
from calendar_app.models import Conflict, Gate, Phase, Release
from releasemgr.portfolio.models import Environment
from releasemgr.tenancy.days import day_bounds
from releasemgr.tenancy.scope import current_org

DAYS_BETWEEN_RELEASES = 3
_DELIVERING = frozenset({"deployment", "go_live"})


def register_rules():
    """Add the calendar's rules to the registry."""
    add_rule(
        PairRule(
            "in-blockout",
            _("Inside a blockout"),
            _("“%(first)s” falls into the blockout “%(second)s”"),
            first_kinds=_DELIVERING,
            second_kinds=frozenset({"blockout"}),
            by_hardness=True,
            can_be_excused=True,
        )
    )
    add_rule(
        PairRule(
            "releases-too-close",
            _("Two releases, one application"),
            _("“%(first)s” and “%(second)s” change the same application within few days"),
            first_kinds=_DELIVERING,
            second_kinds=_DELIVERING,
            within=timedelta(days=DAYS_BETWEEN_RELEASES),
            between_releases=True,
            resource_kinds=frozenset({"application"}),
            parts=frozenset({Environment.Type.PRD.value}),
        )
    )
    add_rule(
        PairRule(
            "during-initiative",
            _("During a change initiative"),
            _("“%(first)s” falls into the change initiative “%(second)s” on the same application"),
            first_kinds=_DELIVERING,
            second_kinds=frozenset({"release"}),  # only initiatives claim applications for all their time
            between_releases=True,
            resource_kinds=frozenset({"application"}),
            parts=frozenset({Environment.Type.PRD.value}),
        )
    )
    add_rule(
        StructureRule(
            "phase-outside-release",
            _("Phase outside its release"),
            _("The phase “%(first)s” lies outside the dates of “%(second)s”"),
            nouns=frozenset({"phase", "release"}),
            find=phases_outside_their_release,
        )
    )
    add_rule(
        StructureRule(
            "gate-after-phase",
            _("Gate after the phase it guards"),
            _("The gate “%(first)s” is planned after the end of “%(second)s”"),
            nouns=frozenset({"gate", "phase", "release"}),
            find=gates_after_their_phase,
        )
    )
    add_rule(
        StructureRule(
            "release-after-parent",
            _("Release after its enterprise release"),
            _("“%(first)s” is to go live after “%(second)s”, which it belongs to"),
            nouns=frozenset({"release"}),
            find=releases_after_their_parent,
        )
    )
    add_rule(
        StructureRule(
            RULE,
            _("Dependency late"),
            _("“%(first)s” is needed before “%(second)s” provides it, if at all"),
            nouns=frozenset({"dependency", "release", "gate"}),
            find=late_dependencies,
        )
    )


def phases_outside_their_release(release_ids):
    """Open phases that begin before their release or end after its go-live; hypercare comes after it by nature."""
    phases = _within(Phase.objects.select_related("release"), release_ids).filter(
        Q(starts_on__lt=F("release__starts_on"))
        | Q(ends_on__gt=F("release__target_date")) & ~Q(kind=Phase.Kind.HYPERCARE),
        release__status__in=Release.OPEN,
        status__in=[Phase.Status.PLANNED, Phase.Status.ACTIVE],
    )
    for phase in phases:
        yield _structural(
            "phase-outside-release", phase, phase.release, phase.release, (phase.starts_on, phase.ends_on)
        )


def gates_after_their_phase(release_ids):
    """Undecided gates planned after the last day of their phase."""
    gates = _within(Gate.objects.select_related("release", "phase"), release_ids).filter(
        planned_date__gt=F("phase__ends_on"),
        release__status__in=Release.OPEN,
        state__in=[Gate.State.OPEN, Gate.State.SUBMITTED, Gate.State.REJECTED],
    )
    gates = gates.exclude(phase__status=Phase.Status.CANCELLED)
    for gate in gates:
        days = gate.planned_date, gate.planned_date
        yield _structural("gate-after-phase", gate, gate.phase, gate.release, days)


def releases_after_their_parent(release_ids):
    """Open releases whose go-live is planned after that of their open enterprise release."""
    releases = Release.objects.select_related("parent").filter(
        target_date__gt=F("parent__target_date"), status__in=Release.OPEN, parent__status__in=Release.OPEN
    )
    if release_ids is not None:
        releases = releases.filter(Q(pk__in=release_ids) | Q(parent__in=release_ids))
    for release in releases:
        days = release.parent.target_date, release.target_date
        yield _structural("release-after-parent", release, release.parent, release, days)


def _within(rows, release_ids):
    return rows if release_ids is None else rows.filter(release__in=release_ids)


def _structural(rule, first, second, release, days):
    return Finding(
        rule,
        Conflict.Severity.WARNING,
        _side(first),
        _side(second),
        "release",
        release.pk,
        *day_bounds(*days, current_org().zone),
    )


def _side(row):
    return Side(row._meta.model_name, row.pk, str(row), getattr(row, "release_id", row.pk))
