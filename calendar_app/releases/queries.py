"""How releases stand: progress, conflicts and the days that are left, for lists and pages."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from calendar_app.models import Conflict, Gate, Phase, Release
from calendar_app.releases.clock import countdown, days_in_words

_STANCES = {
    Release.Status.LIVE: "done",
    Release.Status.CANCELLED: "cancelled",
    Release.Status.ON_HOLD: "pending",
}


@dataclass(frozen=True)
class Standing:
    """A release with what a row of a list says of it; counts are of things that are not cancelled."""

    release: Release
    stance: str
    countdown: str
    today: date
    conflicts: int = 0
    phases_done: int = 0
    phases: int = 0
    gates_passed: int = 0
    gates: int = 0

    @property
    def days_words(self):
        """The days behind the countdown; of a release on hold, that its clock stands."""
        return days_in_words(self.release, today=self.today) if self.countdown else ""

    @property
    def status_words(self):
        """The organisation's word for the status, with what the dates say of it."""
        release = self.release
        words = release.own_status.name if release.own_status_id else release.get_status_display()
        return _("%(status)s, late") % {"status": words} if self.stance == "late" else words


def standings(releases, *, today):
    """A Standing for each of ``releases``, in three statements."""
    releases = list(releases)
    ids = [release.pk for release in releases]
    conflicts, blocked = conflicts_of(ids, today=today)
    phases = _progress(Phase, ids, done=Q(status=Phase.Status.DONE), gone=Q(status=Phase.Status.CANCELLED))
    passed = Q(state__in=[Gate.State.PASSED, Gate.State.CONDITIONAL])
    gates = _progress(Gate, ids, done=passed, gone=Q(state=Gate.State.CANCELLED))
    return [
        Standing(
            release,
            stance_of(release, today=today, is_blocked=blocked[release.pk] > 0),
            countdown(release, today=today),
            today,
            conflicts[release.pk],
            *phases.get(release.pk, (0, 0)),
            *gates.get(release.pk, (0, 0)),
        )
        for release in releases
    ]


def conflicts_of(ids, *, today):
    """``(open conflicts, open blockers)`` as Counters by release id."""
    found = Conflict.objects.open(today).filter(Q(first_release_id__in=ids) | Q(second_release_id__in=ids))
    conflicts, blockers = Counter(), Counter()
    for first, second, severity in found.values_list("first_release_id", "second_release_id", "severity"):
        for pk in {first, second} - {None}:
            conflicts[pk] += 1
            blockers[pk] += severity == Conflict.Severity.BLOCKER
    return conflicts, blockers


def stance_of(release, *, today, is_blocked=False):
    """Its status token: done, cancelled, pending, late, at-risk or on-track."""
    if release.status in _STANCES:
        return _STANCES[release.status]
    if release.target_date and release.target_date < today:
        return "late"
    return "at-risk" if is_blocked else "on-track"


def _progress(model, ids, *, done, gone):
    """``{release id: (done, all)}`` of the phases or gates of releases."""
    rows = model.objects.filter(release__in=ids).exclude(gone).values("release")
    counted = rows.annotate(done=Count("pk", filter=done), all=Count("pk"))
    return {row["release"]: (row["done"], row["all"]) for row in counted.order_by("release")}
