"""Weeks of check-ins: who was expected to speak, who did, who is missing. A week is named by its Monday."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q

from calendar_app.models import CheckIn, Release
from releasemgr.tenancy.days import day_bounds

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Line:
    """A release in one week: what was said of it, and what a week earlier; None where nothing was."""

    release: Release
    said: CheckIn | None
    before: CheckIn | None


@dataclass(frozen=True)
class Missing:
    """Somebody who has not spoken yet; ``name`` is empty for releases that nobody owns."""

    name: str
    count: int


def monday_of(day):
    """The Monday of the week that a local day lies in."""
    return day - timedelta(days=day.weekday())


def expected(week, *, at, zone):
    """Releases that were in progress when the week ended (now, while it runs) and not on hold."""
    until = min(day_bounds(week, week + WEEK - timedelta(days=1), zone)[1], at)
    return Release.objects.filter(
        Q(actual_go_live=None) | Q(actual_go_live__gte=until),
        Q(cancelled_at=None) | Q(cancelled_at__gte=until),
        Q(held_since=None) | Q(held_since__gte=until),
        started_at__lt=until,
    ).exclude(status=Release.Status.ON_HOLD, held_since=None)


def of_week(week, releases, *, at, zone):
    """Releases of ``releases`` that belong on the page of a week: expected ones and those somebody spoke of."""
    spoken = Exists(CheckIn.objects.filter(release=OuterRef("pk"), week=week))
    awaited = expected(week, at=at, zone=zone).values("pk")
    found = releases.filter(Q(pk__in=awaited) | spoken)
    return found.order_by(
        F("parent__target_date").asc(nulls_last=True), "parent__name", "parent_id", "target_date", "number"
    )


def missing_of(week, releases, *, at, zone):
    """Who is missing among the owners of ``releases``, with how many, most first."""
    awaited = releases.filter(pk__in=expected(week, at=at, zone=zone).values("pk"))
    silent = awaited.filter(~Exists(CheckIn.objects.filter(release=OuterRef("pk"), week=week)))
    counted = (
        silent.order_by().values("owner__name").annotate(count=Count("pk")).order_by("-count", "owner__name")
    )
    return [Missing(row["owner__name"] or "", row["count"]) for row in counted]


def lines_of(releases, week):
    """A Line for each release, in one statement."""
    releases = list(releases)
    said = {
        (one.release_id, one.week): one
        for one in CheckIn.objects.filter(release__in=releases, week__in=[week, week - WEEK])
    }
    return [Line(row, said.get((row.pk, week)), said.get((row.pk, week - WEEK))) for row in releases]


def week_or(text, otherwise):
    """The week that an address names by any day of it, else ``otherwise``; never one that has not begun by then."""
    try:
        named = monday_of(date.fromisoformat(text))
    except ValueError:
        return otherwise
    return named if date(1990, 1, 1) < named <= otherwise else otherwise
