"""Releases and gates for measuring figures: one release a month for each project, under a train each quarter."""

from datetime import UTC, datetime, time, timedelta

from calendar_app.models import Gate, GateRound, Release
from releasemgr.portfolio.models import Project

BATCH = 2_000


def govern(projects: list[Project], first: datetime, last: datetime) -> None:
    """From the month of ``first`` to the one before ``last``: releases early, late, live, overdue or given up; gates."""
    months = _months(first, last)
    trains = [
        Release(number=n + 1, kind="enterprise", name=f"Train {n + 1}", starts_on=month, status="active")
        for n, month in enumerate(months[::3])
    ]
    Release.objects.bulk_create(trains)
    releases = [
        _release(len(trains) + 1 + n * len(projects) + place, project, month, trains[n // 3])
        for n, month in enumerate(months)
        for place, project in enumerate(projects)
    ]
    Release.objects.bulk_create(releases, batch_size=BATCH)
    gates = [
        Gate(release=release, name=f"Gate {n}", planned_date=release.starts_on + timedelta(days=6 * n))
        for release in releases
        for n in range(1, 4)
    ]
    Gate.objects.bulk_create(gates, batch_size=BATCH)
    rounds = [each for n, gate in enumerate(gates) for each in _rounds(n, gate)]
    GateRound.objects.bulk_create(rounds, batch_size=BATCH)


def _months(first, last):
    months = [first.date().replace(day=1)]
    while (following := (months[-1] + timedelta(days=32)).replace(day=1)) < last.date():
        months.append(following)
    return months


def _release(number, project, month, train):
    """Due on the 20th; live from four days early to four late, one in 20 never, one in 20 given up before."""
    due = month.replace(day=20)
    late = timedelta(days=number * 7 % 9 - 4, hours=number % 24)
    live = datetime.combine(due, time.min, tzinfo=UTC) + late
    status = {3: "active", 7: "cancelled"}.get(number % 20, "live")
    return Release(
        number=number,
        kind="project",
        name=f"{project.name} {month:%Y-%m}",
        project=project,
        parent=train,
        starts_on=month,
        baseline_date=due,
        status=status,
        actual_go_live=live if status == "live" else None,
        cancelled_at=live - timedelta(days=9) if status == "cancelled" else None,
    )


def _rounds(n, gate):
    """Two in three pass at first, the others with conditions or in a second round; a few are not decided."""
    at = datetime.combine(gate.planned_date, time(9), tzinfo=UTC)
    decisions = {0: ["rejected", "passed"], 1: ["conditional"], 2: ["withdrawn", "passed"]}.get(
        n % 9, ["passed"]
    )
    if n % 200 == 5:
        decisions = [""]
    for number, decision in enumerate(decisions):
        submitted = at + timedelta(days=number)
        yield GateRound(
            gate=gate,
            number=number + 1,
            submitted_at=submitted,
            decided_at=submitted + timedelta(hours=n % 20) if decision else None,
            decision=decision,
        )
