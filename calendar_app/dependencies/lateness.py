"""The rule that warns when what is promised or foreseen comes later than it is needed, or not at all."""

from django.db.models import Q

from calendar_app.conflicts.finding import Finding, Side
from calendar_app.dependencies.forecast import FORECAST, GIVEN_UP, TOO_LATE, is_given_up
from calendar_app.models import Conflict, Dependency, Release
from releasemgr.tenancy.days import day_bounds
from releasemgr.tenancy.scope import current_org

RULE = "dependency-late"


def late_dependencies(release_ids):
    """Unmet dependencies of open releases whose promise or forecast passes the day they are needed by."""
    rows = (
        Dependency.objects.unmet()
        .annotate(forecast=FORECAST)
        .filter(TOO_LATE | GIVEN_UP, release__status__in=Release.OPEN)
        .select_related("release", "provider", "provider_gate")
    )
    if release_ids is not None:
        rows = rows.filter(Q(release__in=release_ids) | Q(provider__in=release_ids))
    for row in rows:
        yield _finding(row)


def _finding(row):
    provider = row.provider_gate or row.provider
    expected = max(filter(None, [row.needed_by, row.promised_on, row.forecast]))
    return Finding(
        RULE,
        Conflict.Severity.BLOCKER if is_given_up(row) else Conflict.Severity.WARNING,
        Side("dependency", row.pk, row.title, row.release_id),
        Side(provider._meta.model_name, provider.pk, str(provider), row.provider_id),
        "release",
        row.release_id,
        *day_bounds(row.needed_by, expected, current_org().zone),
    )
