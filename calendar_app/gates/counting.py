"""Which gates count toward which: a gate may count toward one of a release above its own, never the other way round."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from calendar_app.gates.facts.reach import lines_above, with_those_below
from calendar_app.gates.rollup import PASSED
from calendar_app.models import Gate
from calendar_app.models.releases import NotPossible
from releasemgr.changes.revisions import Revision, lock, revise


def gates_above(release):
    """The gates that a gate of ``release`` may count toward."""
    above = lines_above({release.pk})[release.pk]
    open_ones = Gate.objects.filter(release__in=above).exclude(state=Gate.State.CANCELLED)
    return open_ones.select_related("release").order_by("release__name", "planned_date", "name", "pk")


def check_above(gate, parent):
    """Refuse a gate that is not of a release above: it could never be reached, or would wait for itself."""
    if parent is None:
        return
    if parent.release_id not in lines_above({gate.release_id})[gate.release_id]:
        raise ValidationError({"parent": _("It counts only toward a gate of an enterprise release above.")})
    if parent.state in PASSED and (gate._state.adding or parent.pk != gate.parent_id):
        raise NotPossible({"parent": _("%(gate)s is passed already.") % {"gate": parent}})


def names_below(gate):
    """``[(name, how many gates below are called so), …]``, most frequent first."""
    rows = _below(gate).values("name").annotate(n=Count("pk")).order_by("-n", "name")
    return [(row["name"], row["n"]) for row in rows[:200]]


def names_counting(gate):
    """The names of the gates that count toward ``gate`` now."""
    return sorted(set(_below(gate).filter(parent=gate).values_list("name", flat=True)))


def choose_below(gate, names, values, *, by, at):
    """Let exactly the gates below with these names count toward ``gate``; ``values`` hold its own rule.

    A gate that counts toward another one already stays with that one.
    """
    if gate.state in (*PASSED, Gate.State.CANCELLED):
        raise NotPossible(_("A gate that is decided or cancelled no longer changes."))
    with transaction.atomic():
        below = _below(gate)
        joining = set(below.filter(parent=None, name__in=names).values_list("pk", flat=True))
        leaving = set(below.filter(parent=gate).exclude(name__in=names).values_list("pk", flat=True))
        rows = lock(Gate, joining | leaving | {gate.pk})
        revisions = [Revision(rows[pk], None, {"parent": gate}) for pk in sorted(joining)]
        revisions += [Revision(rows[pk], None, {"parent": None}) for pk in sorted(leaving)]
        return revise(
            [Revision(gate, gate.version, values), *revisions], by=by, at=at, verb="chose gates below"
        )


def _below(gate):
    releases = with_those_below({gate.release_id}) - {gate.release_id}
    return Gate.objects.filter(release__in=releases).exclude(state=Gate.State.CANCELLED)
