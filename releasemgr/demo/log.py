"""Planting logs and check-ins: what releases worry about, what came of it, and what owners said week by week."""

from datetime import timedelta

from calendar_app.log.weeks import WEEK, monday_of
from calendar_app.models import CheckIn, LogItem, Release

Kind = LogItem.Kind
# Kind, title, probability, impact, what is done about it.
_TROUBLES = (
    (Kind.RISK, "Test data of the partner arrives late", 4, 3, "Weekly call; generated data as a fallback."),
    (Kind.RISK, "Interface contract is not frozen", 3, 4, "Contract tests run nightly on both sides."),
    (Kind.RISK, "Key tester leaves during acceptance", 2, 4, "Handover is planned; a second tester joins."),
    (Kind.RISK, "Batch window grows beyond the night", 4, 4, "Volume test in the performance environment."),
    (Kind.RISK, "Migration needs more than the window", 3, 5, "Rehearsal with a copy of production."),
    (Kind.RISK, "Certificates expire close to go-live", 2, 3, "Renewal is ordered."),
    (Kind.RISK, "Support is not trained in time", 3, 2, "Two sessions before the dress rehearsal."),
    (Kind.ISSUE, "Acceptance environment was down for a day", 5, 2, "Lost cases are repeated this week."),
    (Kind.ISSUE, "Interface sends amounts without decimals", 5, 4, "Fix is in build; retest on delivery."),
    (Kind.ISSUE, "Regression pack fails on the new calendar", 5, 3, "Test cases are being corrected."),
    (
        Kind.DECISION,
        "Keep the old interface one more quarter?",
        3,
        5,
        "Cost of both variants is on the table.",
    ),
    (Kind.DECISION, "Go live with or without the new report?", 3, 3, "Business names the minimum."),
    (Kind.DECISION, "Who signs for the shared component?", 4, 2, ""),
)
_OUTCOMES = {
    Kind.RISK: "Did not happen; the measure worked.",
    Kind.ISSUE: "Fixed and retested.",
    Kind.DECISION: "Decided as proposed by the architects.",
}
_SENTENCES = {
    CheckIn.Health.ON_TRACK: (
        "On plan; test progress is as expected.",
        "All milestones of the week were met.",
        "Build is complete, two defects are left.",
    ),
    CheckIn.Health.AT_RISK: (
        "Two days behind in testing, the buffer still holds.",
        "Waiting for the partner's fix, date not confirmed.",
        "Environment trouble cost us a day; we work on Saturday.",
    ),
    CheckIn.Health.LATE: (
        "We will not make the date without cutting scope.",
        "Acceptance started a week late.",
    ),
}
_WEEKS, _MISSING, _STAYS = 8, 0.12, 0.75


def plant_log(scene):
    """Plant the log and the check-ins of releases that are in progress, and of the last that went live."""
    running = list(Release.objects.open().exclude(started_at=None).order_by("number"))
    live = list(Release.objects.filter(status=Release.Status.LIVE).order_by("-actual_go_live", "number")[:12])
    items = [item for release in running + live for item in _items(scene, release)]
    scene.plant(items, noun="logitem")
    scene.plant([said for release in running for said in _weeks(scene, release)])


def _items(scene, release):
    for kind, title, probability, impact, response in scene.random.sample(
        _TROUBLES, scene.random.randint(0, 3)
    ):
        raised = scene.in_days(-scene.random.randint(3, 40))
        item = LogItem(
            release=release,
            kind=kind,
            title=title,
            probability=probability,
            impact=impact,
            response=response,
            owner=release.owner if scene.chance(0.8) else scene.someone(),
            due_on=raised + timedelta(days=scene.random.randint(14, 45)),
            raised_at=scene.working_hour(raised),
        )
        if release.status == Release.Status.LIVE or scene.chance(0.3):
            item.closed_at = min(item.raised_at + scene.lognormal_hours(90, 0.6), scene.now)
            item.closed_by_name = scene.someone().name
            item.outcome = _OUTCOMES[kind]
        yield item


def _weeks(scene, release):
    """A word for most of the last weeks; the state of things changes slowly. The week that runs is not yet said."""
    health = CheckIn.Health.ON_TRACK
    monday = monday_of(scene.today)
    for week in (monday - number * WEEK for number in range(_WEEKS, 0, -1)):
        if not scene.chance(_STAYS):
            health = scene.random.choices(list(CheckIn.Health), (6, 3, 1))[0]
        said_at = scene.working_hour(week + timedelta(days=scene.random.randint(2, 4)))
        if said_at < release.started_at or scene.chance(_MISSING):
            continue
        yield CheckIn(
            release=release,
            week=week,
            health=health,
            sentence=scene.random.choice(_SENTENCES[health]),
            target_date=release.target_date,
            made_at=said_at,
            made_by_name=release.owner.name if release.owner else "",
        )
