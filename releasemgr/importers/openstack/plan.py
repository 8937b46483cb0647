"""What the pack says about dates and states of a cycle and its deliverables: pure rules, nothing is written."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from calendar_app.models import Release, Version
from releasemgr.tenancy.days import day_bounds, day_start, local_date

_EARLY_KINDS = (Version.Kind.ALPHA, Version.Kind.BETA, Version.Kind.CANDIDATE, Version.Kind.MARKER)


@dataclass(frozen=True)
class Promise:
    """The day something was planned for at first, and when that was first published; both None when not known."""

    day: date | None = None
    at: datetime | None = None


def promise_of(pack, cycle):
    """The cycle's final day as its schedule first said it (schedule_changes.csv)."""
    event = next(
        (one for one in pack.events[cycle.key] if one.kind == "final" and one.page == cycle.key), None
    )
    return _first_published(pack, event, cycle.final_date) if event else Promise()


def trailing_promise_of(pack, cycle):
    """The deadline of deliverables that trail behind, as first published; they have a page line of their own."""
    event = trailing_deadline(pack, cycle)
    return _first_published(pack, event, event.deadline) if event else Promise()


def trailing_deadline(pack, cycle):
    """The event that is the deadline of trailing deliverables of a cycle, or None.

    The schedules of newer cycles list it on the next cycle's page (key ``…-cycle-trail``), older ones on their own.
    """
    keys = list(pack.cycles)
    following = keys[keys.index(cycle.key) + 1 :][:1]
    candidates = [
        *(
            event
            for event in pack.events[cycle.key]
            if event.key.endswith(("-trailing", "-trailing-release"))
        ),
        *(event for key in following for event in pack.events[key] if event.key.endswith("-cycle-trail")),
    ]
    return next((event for event in candidates if event.deadline), None)


def scope_lock_of(pack, cycle, zone):
    """The instant at which the feature freeze's day ended, when the pack reaches that far; else None."""
    freeze = next((event for event in pack.events[cycle.key] if event.locks_scope), None)
    if freeze is None or pack.as_of is None:
        return None
    locked_at = day_bounds(freeze.deadline, freeze.deadline, zone)[1]
    return locked_at if locked_at <= pack.as_of else None


def cycle_life(pack, cycle, zone):
    """Status and times of the enterprise release that is a cycle.

    It is live since the last final version of the coordinated day or before. Where finals have no times, since noon
    (UTC) of that day, which the pack knows as a day only.
    """
    life = {"status": Release.Status.PLANNED, "started_at": None, "actual_go_live": None}
    if cycle.status != "future":
        life["status"] = Release.Status.ACTIVE
        life["started_at"] = day_start(cycle.starts_on, zone) if cycle.starts_on else None
    if cycle.status == "over":
        life["status"] = Release.Status.LIVE
        life["actual_go_live"] = _last_final(pack, cycle, zone) or _noon(cycle.final_date)
    return life


def deliverable_life(cycle, deliverable, lines, promise):
    """Status, times and baseline of a deliverable's release from its versions in that cycle.

    A baseline stands only beside a go-live whose time is known: an inferred one must not enter a figure.
    """
    final = next((line for line in lines if line.kind == Version.Kind.FINAL and line.released_at), None)
    life = {
        "actual_go_live": None,
        "cancelled_at": None,
        "baseline_date": promise.day,
        "baselined_at": promise.at,
    }
    if final:
        return {**life, "status": Release.Status.LIVE, "actual_go_live": final.released_at}
    if cycle.status != "over":
        return {**life, "status": Release.Status.ACTIVE if lines else Release.Status.PLANNED}
    unknown = {**life, "baseline_date": None, "baselined_at": None}
    if deliverable.model == "untagged" or _released_at_unknown_time(lines):
        return {**unknown, "status": Release.Status.LIVE, "actual_go_live": _noon(cycle.final_date)}
    return {**unknown, "status": Release.Status.CANCELLED, "cancelled_at": _noon(cycle.final_date)}


def _first_published(pack, event, day):
    """The planned day at the first publication of the page ``event`` is on: pages name weeks by their Monday."""
    published = [
        change
        for change in pack.changes[event.page]
        if change.event_key == event.key and change.new_start is not None
    ]
    if not published:
        return Promise()
    first = min(published, key=lambda change: change.changed_at)
    return Promise(day - (event.starts_on - first.new_start), first.changed_at)


def _last_final(pack, cycle, zone):
    finals = [
        line.released_at
        for line in pack.versions[cycle.key]
        if line.kind == Version.Kind.FINAL
        and line.released_at
        and local_date(line.released_at, zone) <= cycle.final_date
    ]
    return max(finals, default=None)


def _released_at_unknown_time(lines):
    return any(line.released_at is None and line.kind not in _EARLY_KINDS for line in lines)


def _noon(day):
    return datetime.combine(day, time(12), tzinfo=UTC)
