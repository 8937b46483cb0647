"""Releases below an enterprise release: attach with its phases and gates or with one's own, follow it, detach."""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Gate, Phase, Release
from calendar_app.models.releases import NotPossible
from calendar_app.releases.followed import key_of, letting_go
from calendar_app.releases.phases import next_position
from calendar_app.releases.plans import check_parent
from releasemgr.changes.nouns import one_act
from releasemgr.changes.revisions import Revision, create, lock, revise

UNDECIDED = (Gate.State.OPEN, Gate.State.SUBMITTED, Gate.State.REJECTED)


def attach(release, parent, *, inherits, by, at):
    """Make a release part of an enterprise release. Returns an Outcome.

    With ``inherits`` it gets the phases and gates of ``parent`` (its own of the same key take over their dates, others
    stay), its go-live, and follows both from then on; otherwise it keeps its own dates.
    """
    with transaction.atomic(), one_act():
        parent = lock(Release, [parent.pk])[parent.pk]
        target = parent.target_date if inherits else release.target_date
        check_parent(release, parent, target)
        if not release.is_open:
            raise NotPossible(_("A release that is live or cancelled is not attached any more."))
        if inherits and not parent.target_date:
            raise ValidationError({"parent": _("That release has no planned go-live to follow.")})
        values = {"parent": parent, "follows_parent": inherits, "target_date": target}
        if inherits:
            values["starts_on"] = _earliest(release, parent)
        let_go = letting_go(release) if release.parent_id != parent.pk else []
        revision = Revision(release, release.version, values)
        outcome = revise([revision, *let_go], by=by, at=at, verb="attached")
        if inherits:
            _inherit(release, parent, by=by, at=at)
    return outcome


def detach(release, *, by, at):
    """Let a release stand alone again, with the phases, gates and dates it has. Returns an Outcome."""
    if not release.parent_id:
        raise NotPossible(_("%(release)s belongs to no enterprise release.") % {"release": release})
    values = {"parent": None, "follows_parent": False}
    revisions = [Revision(release, release.version, values), *letting_go(release)]
    return revise(revisions, by=by, at=at, verb="detached")


def followers_of(releases):
    """Open releases that follow one of these."""
    return list(
        Release.objects.open()
        .filter(parent__in=[release.pk for release in releases], follows_parent=True)
        .select_related("parent", "template_version__template__calendar")
        .order_by("pk")
    )


def mirror(changed, at):
    """Give followers the dates their enterprise release has now; watches every act."""
    phases, gates = changed.get(Phase, ()), changed.get(Gate, ())
    above = {row.release_id for row in (*phases, *gates)}
    if not above or not Release.objects.filter(parent__in=above, follows_parent=True).exists():
        return
    followers = followers_of(Release.objects.filter(pk__in=above))
    revisions = [*_follow_phases(phases, followers), *_follow_gates(gates, followers)]
    revise(revisions, by=None, at=at, verb="followed")


def _follow_phases(phases, followers):
    wanted = {(phase.release_id, key_of(phase)): phase for phase in phases}
    parents = {release.pk: release.parent_id for release in followers}
    rows = Phase.objects.filter(
        release__in=list(parents), status__in=[Phase.Status.PLANNED, Phase.Status.ACTIVE]
    )
    for row in rows.order_by("pk"):
        model = wanted.get((parents[row.release_id], key_of(row)))
        if model and (row.starts_on, row.ends_on) != (model.starts_on, model.ends_on):
            yield Revision(row, row.version, dates_like(row, model.starts_on, model.ends_on))


def _follow_gates(gates, followers):
    wanted = {gate.pk: gate for gate in gates}
    rows = Gate.objects.filter(parent__in=list(wanted), release__in=followers, state__in=UNDECIDED)
    for row in rows.order_by("pk"):
        if row.planned_date != wanted[row.parent_id].planned_date:
            yield Revision(row, row.version, {"planned_date": wanted[row.parent_id].planned_date})


def dates_like(phase, starts_on, ends_on):
    """New values of a phase: one that has begun keeps its start."""
    if phase.status == Phase.Status.PLANNED:
        return {"starts_on": starts_on, "ends_on": ends_on}
    return {"ends_on": max(phase.starts_on, ends_on)}


def _earliest(release, parent):
    planned = parent.phases.exclude(status=Phase.Status.CANCELLED).order_by("starts_on").first()
    return min(filter(None, [release.starts_on, planned and planned.starts_on]), default=None)


def _inherit(release, parent, *, by, at):
    phases = _inherit_phases(release, parent, by=by, at=at)
    own = defaultdict(lambda: None, {key_of(row): row for row in _gates(release)})
    made, revisions = [], []
    for model in _gates(parent):
        row = own[key_of(model)]
        if row is None:
            made.append(_copied_gate(release, model, phases.get(model.phase_id)))
        elif row.state in UNDECIDED:
            values = {"planned_date": model.planned_date, "parent": model}
            revisions.append(Revision(row, row.version, values))
    create(made, by=by, at=at, verb="inherited")
    revise(revisions, by=by, at=at, verb="inherited")


def _inherit_phases(release, parent, *, by, at):
    """Phases of the release by the id of the phase above they follow."""
    own = {key_of(row): row for row in release.phases.exclude(status=Phase.Status.CANCELLED)}
    found, made, revisions, position = {}, [], [], next_position(release.pk)
    for model in parent.phases.exclude(status=Phase.Status.CANCELLED).order_by("position"):
        row = own.get(key_of(model))
        if row is None:
            row = _copied_phase(release, model, position + len(made))
            made.append(row)
        elif row.status != Phase.Status.DONE:
            values = dates_like(row, model.starts_on, model.ends_on)
            revisions.append(Revision(row, row.version, values))
        found[model.pk] = row
    create(made, by=by, at=at, verb="inherited")
    revise(revisions, by=by, at=at, verb="inherited")
    return found


def _gates(release):
    return Gate.objects.filter(release=release).exclude(state=Gate.State.CANCELLED).order_by("pk")


def _copied_phase(release, model, position):
    names = ("kind", "name", "starts_on", "ends_on", "template_key")
    values = {name: getattr(model, name) for name in names}
    return Phase(release=release, position=position, **values)


def _copied_gate(release, model, phase):
    names = ("kind", "name", "planned_date", "is_required", "locks_scope", "template_key")
    values = {name: getattr(model, name) for name in names}
    return Gate(release=release, phase=phase, owner=release.owner, parent=model, **values)
