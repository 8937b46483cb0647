"""The verbs of nominations: nominate, accept, defer, decline, withdraw. All but the first work on sets."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.models import (
    ExceptionRequest,
    NominatedEnvironment,
    NominatedSystem,
    Nomination,
    Release,
)
from calendar_app.models.releases import NotPossible
from calendar_app.releases.plans import edit, plan
from calendar_app.trains.running import extend
from releasemgr.changes.nouns import one_act
from releasemgr.changes.revisions import CannotUndo, Revision, create, lock, revise
from releasemgr.tenancy.days import local_date
from releasemgr.tenancy.scope import current_org

State = Nomination.State


def nominate(nomination, *, by, at, applications=(), weeks=None):
    """Ask for a place in an enterprise release. ``weeks`` maps types of environment to weeks wanted.

    After the release's entry deadline the nomination is late: it needs an exception before it can be accepted.
    """
    release = nomination.release
    _check_open(release)
    deadline = release.entry_deadline
    nomination.is_late = deadline is not None and local_date(at, current_org().zone) > deadline
    nomination.submitted_at = at
    try:
        with transaction.atomic(), one_act():
            outcome = create([nomination], by=by, at=at, verb="nominated")
            _write_wishes(nomination, applications, weeks or {})
    except IntegrityError as error:
        if "nomination_one_alive_per_project" not in str(error):
            raise
        words = _("%(project)s is nominated for this release already.") % {"project": nomination.project}
        raise ValidationError({"project": words}) from error
    return outcome


def edit_nomination(nomination, values, *, by, at, applications, weeks):
    """Change what a project asks for, as long as nobody decided it."""
    _require([nomination], State.SUBMITTED)
    with transaction.atomic(), one_act():
        outcome = revise([Revision(nomination, nomination.version, values)], by=by, at=at, verb="edited")
        nomination.systems.all().delete()
        nomination.environments.all().delete()
        _write_wishes(nomination, applications, weeks)
    return outcome


def accept(nominations, *, by, at, children=None, note=""):
    """Let projects in: each becomes a project release of the enterprise release, changing the systems it named.

    ``children`` maps ids of nominations to open project releases that exist already and join instead.
    """
    children = children or {}
    with transaction.atomic(), one_act():
        lock(Nomination, [nomination.pk for nomination in nominations])
        _require(nominations, State.SUBMITTED)
        _check_entry(nominations, at=at)
        revisions = []
        for nomination in nominations:
            child = _admit(nomination, children.get(nomination.pk), by=by, at=at)
            revisions.append(_decided(nomination, State.ACCEPTED, by=by, at=at, note=note, child=child))
        return revise(revisions, by=by, at=at, verb="accepted")


def defer(nominations, release, *, by, at, note=""):
    """Move nominations of one release on to a later one; what they ask for goes with them.

    ``release`` None stands for the next release of the train, planned now when it is missing.
    """
    with transaction.atomic(), one_act():
        lock(Nomination, [nomination.pk for nomination in nominations])
        _require(nominations, State.SUBMITTED)
        release = release or _next_of_train(nominations[0].release, by=by, at=at)
        _check_open(release)
        for nomination in nominations:
            _check_later(nomination.release, release)
        decided = [_decided(one, State.DEFERRED, by=by, at=at, note=note) for one in nominations]
        outcome = revise(decided, by=by, at=at, verb="deferred")
        for nomination in nominations:
            _follow(nomination, release, by=by, at=at)
    return outcome


def decline(nominations, *, by, at, note):
    """Refuse projects a place, with the reason."""
    if not note.strip():
        raise ValidationError({"note": _("Say why, so that the project can act on it.")})
    _require(nominations, State.SUBMITTED)
    revisions = [_decided(one, State.DECLINED, by=by, at=at, note=note) for one in nominations]
    return revise(revisions, by=by, at=at, verb="declined")


def withdraw(nominations, *, by, at):
    """Take nominations back that nobody has decided."""
    _require(nominations, State.SUBMITTED)
    revisions = [Revision(one, one.version, {"state": State.WITHDRAWN}) for one in nominations]
    return revise(revisions, by=by, at=at, verb="withdrawn")


def later_releases(release):
    """Open enterprise releases that go live after a release, the next first."""
    others = Release.objects.open().filter(kind=Release.Kind.ENTERPRISE).exclude(pk=release.pk)
    if release.target_date:
        others = others.filter(target_date__gt=release.target_date)
    return others.order_by("target_date", "number")


def late_entries(nominations, *, at):
    """Ids of the late nominations that no exception lets in at an instant."""
    late = [nomination for nomination in nominations if nomination.is_late]
    if not late:
        return set()
    granted = ExceptionRequest.objects.in_force(at).filter(kind=ExceptionRequest.Kind.LATE_ENTRY)
    let_in = set(
        granted.filter(nomination__in=[nomination.pk for nomination in late]).values_list(
            "nomination_id", flat=True
        )
    )
    return {nomination.pk for nomination in late} - let_in


def revise_nominations(revisions, *, by, at, verb):
    """The door for `undo`: who was accepted or deferred is not un-decided behind the releases' back."""
    kept = {State.ACCEPTED, State.DEFERRED}
    if any(revision.subject.state in kept and "state" in revision.values for revision in revisions):
        raise CannotUndo(_("Take the release out of the manifest instead; the decision stays on record."))
    return revise(revisions, by=by, at=at, verb=verb)


def _next_of_train(release, *, by, at):
    if not release.train_id:
        raise ValidationError({"release": _("Choose the release it is deferred to.")})
    later = Release.objects.open().filter(train=release.train_id, train_slot__gt=release.train_slot)
    found = later.order_by("train_slot").first()
    if found is None:
        today = local_date(at, current_org().zone)
        ahead = Release.objects.filter(train=release.train_id, train_slot__gt=today).count()
        extend([release.train], by=by, at=at, least=ahead + 1)
        found = later.order_by("train_slot").first()
    if found is None:
        raise ValidationError({"release": _("The train is stopped; choose the release.")})
    return found


def _write_wishes(nomination, applications, weeks):
    NominatedSystem.objects.bulk_create(
        NominatedSystem(nomination=nomination, application=application) for application in applications
    )
    NominatedEnvironment.objects.bulk_create(
        NominatedEnvironment(nomination=nomination, type=type_, weeks=number)
        for type_, number in weeks.items()
        if number
    )


def _admit(nomination, child, *, by, at):
    """The project release a nomination becomes: ``child`` when it is given, else a new one."""
    applications = [system.application for system in nomination.systems.select_related("application")]
    release = nomination.release
    if child is not None:
        if child.project_id != nomination.project_id or not child.is_open:
            raise ValidationError({"child": _("Choose an open release of the same project.")})
        edit(child, {"parent": release}, by=by, at=at)
        return child
    row = Release(
        kind=Release.Kind.PROJECT,
        name=f"{nomination.project}, {release}"[:160],
        parent=release,
        project=nomination.project,
        owner_id=nomination.contact_id or nomination.project.lead_id,
        target_date=release.target_date,
    )
    return plan([row], by=by, at=at, applications=applications).rows[0]


def _follow(nomination, release, *, by, at):
    follower = Nomination(
        release=release,
        project=nomination.project,
        contact_id=nomination.contact_id,
        size=nomination.size,
        test_weeks=nomination.test_weeks,
        people=nomination.people,
        reason=nomination.reason,
        follows=nomination,
    )
    applications = [system.application for system in nomination.systems.select_related("application")]
    weeks = dict(nomination.environments.values_list("type", "weeks"))
    nominate(follower, by=by, at=at, applications=applications, weeks=weeks)


def _decided(nomination, state, *, by, at, note, **more):
    values = {
        "state": state,
        "decided_at": at,
        "decided_by_name": str(by) if by else "",
        "decision_note": note,
        **more,
    }
    return Revision(nomination, nomination.version, values)


def _check_open(release):
    if release.kind != Release.Kind.ENTERPRISE:
        raise ValidationError({"release": _("Only an enterprise release takes nominations.")})
    if not release.is_open:
        raise NotPossible({"release": _("%(release)s is closed.") % {"release": release}})


def _check_later(release, later):
    if later.pk == release.pk or (
        release.target_date and later.target_date and later.target_date <= release.target_date
    ):
        raise ValidationError({"release": _("%(release)s does not go live later.") % {"release": later}})


def _check_entry(nominations, *, at):
    for nomination in nominations:
        _check_open(nomination.release)
    outside = late_entries(nominations, at=at)
    for nomination in nominations:
        if nomination.pk in outside:
            words = _("%(project)s was nominated after the entry deadline and has no exception in force.")
            raise NotPossible(words % {"project": nomination.project})


def _require(nominations, state):
    for nomination in nominations:
        if nomination.state != state:
            words = _("%(project)s is “%(state)s”; that does not allow this.")
            given = {"project": nomination.project, "state": nomination.get_state_display()}
            raise NotPossible(words % given)
