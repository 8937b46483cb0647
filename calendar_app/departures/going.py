"""The verb: an enterprise release goes without one of its releases."""

from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calendar_app.gates.facts.reach import with_those_below
from calendar_app.models import Departure, Dependency, Gate
from calendar_app.models.releases import NotPossible
from releasemgr.changes.revisions import Revision, create, revise

State = Dependency.State
# What becomes of a dependency that the departure tears apart.
ANSWERS = {
    "kept": _("Still needed, and promised as before"),
    "broken": _("Will not be provided"),
    "withdrawn": _("Not needed any more"),
}
_STATES = {"broken": State.REFUSED, "withdrawn": State.WITHDRAWN}


def torn(child):
    """The unmet dependencies between a release, with what is below it, and the rest of its enterprise release."""
    leaving = with_those_below({child.pk})
    staying = with_those_below({child.parent_id}) - leaving
    between = Q(release__in=leaving, provider__in=staying) | Q(release__in=staying, provider__in=leaving)
    return Dependency.objects.alive().filter(between).for_list().order_by("needed_by", "pk")


def go_without(child, *, reason, answers, by, at):
    """Take a release out of its enterprise release; ``answers`` says of each torn dependency (by id) what becomes of it.

    Its gates count no longer toward those above. What was decided with it aboard is judged anew by its watchers.
    """
    parent = child.parent
    if parent is None:
        raise NotPossible(_("%(release)s belongs to no enterprise release.") % {"release": child})
    if not child.is_open or not parent.is_open:
        raise NotPossible(_("One that is live or cancelled does not leave any more."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the others go without it.")})
    dependencies = list(torn(child))
    with transaction.atomic():
        outcome = revise(_revisions(child, dependencies, answers, reason), by=by, at=at, verb="went without")
        departure = Departure(
            release=parent,
            child=child,
            left_at=at,
            decided_by_name=str(by),
            reason=reason,
            consequences=[
                {
                    "code": f"dependency-{answers.get(row.pk, 'kept')}",
                    "reference": row.reference,
                    "title": row.title,
                }
                for row in dependencies
            ],
        )
        create([departure], by=by, at=at, verb="recorded")
    return outcome


def went_without(release):
    """What a release went without: departures of releases that have not come back."""
    gone = Departure.objects.filter(release=release).exclude(child__parent=release)
    return gone.select_related("child").order_by("-left_at", "pk")


def fingerprint(child):
    """The same text as long as nothing has changed that the departure would touch."""
    rows = [child, child.parent, *torn(child), *_counting(child)]
    seen = sorted(f"{row.pk}:{row.version}" for row in rows if row)
    return sha256("\n".join(seen).encode()).hexdigest()[:32]


def _revisions(child, dependencies, answers, reason):
    revisions = [Revision(child, child.version, {"parent": None, "follows_parent": False})]
    revisions += [Revision(gate, gate.version, {"parent": None}) for gate in _counting(child)]
    for row in dependencies:
        state = _STATES.get(answers.get(row.pk, "kept"))
        if state:
            revisions.append(Revision(row, row.version, {"state": state, "note": reason}))
    return revisions


def _counting(child):
    """The gates of what leaves that count toward gates of what stays."""
    leaving = with_those_below({child.pk})
    counting = Gate.objects.filter(release__in=leaving, parent__isnull=False)
    return list(counting.exclude(parent__release__in=leaving).order_by("pk"))
