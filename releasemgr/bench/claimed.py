"""An organisation for measuring the calendar: sixty lanes, and claims spread evenly over many years."""

from datetime import UTC, date, datetime, timedelta

from django.db import connection

from calendar_app.models import Blockout, Claim, Conflict, Release
from releasemgr.portfolio.models import Portfolio, Project
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import org_scope

QUARTER = datetime(2026, 10, 1, tzinfo=UTC)
TRAINS, LANES = 3, 60
PER_DAY = 20.4  # with the lengths below about 2,000 claims touch a quarter

# Of 33 claims in a row of one lane: a span of 90 days, a go-live, seven phases of two weeks, six gates, a milestone and
# seventeen deployments of two hours. The place, kind, part, days, states before and after today, and title of each.
_RHYTHM = [
    ("release", "", 90.0, "active", "live", ""),
    ("go_live", "", 1.0, "active", "live", ""),
    ("phase", "design", 14.0, "planned", "done", "Design"),
    ("phase", "build", 14.0, "planned", "done", "Build"),
    ("phase", "sit", 14.0, "planned", "active", "System integration test"),
    ("phase", "uat", 14.0, "planned", "done", "User acceptance test"),
    ("phase", "preparation", 14.0, "planned", "done", "Preparation"),
    ("phase", "deployment", 14.0, "planned", "done", "Deployment"),
    ("phase", "hypercare", 14.0, "planned", "done", "Hypercare"),
    ("gate", "freeze", 1.0, "open", "passed", "Scope freeze"),
    ("gate", "freeze", 1.0, "open", "passed", "Code freeze"),
    ("gate", "approval", 1.0, "open", "passed", "Ready for SIT"),
    ("gate", "approval", 1.0, "open", "conditional", "Ready for UAT"),
    ("gate", "approval", 1.0, "open", "open", "Readiness review"),
    ("gate", "go_no_go", 1.0, "open", "passed", "Go / no-go"),
    ("milestone", "", 2.0, "", "", "Dress rehearsal"),
    *[("deployment", "sit", 1 / 12, "planned", "succeeded", "")] * 17,
]
_CLAIMS = """
WITH rhythm AS (
    SELECT * FROM unnest(%(kinds)s::text[], %(parts)s::text[], %(days)s::float8[], %(before)s::text[], %(after)s::text[],
        %(titles)s::text[]) WITH ORDINALITY AS r(kind, part, days, before, after, title, place)
), lane AS (
    SELECT *, row_number() OVER (ORDER BY number) AS place FROM calendar_app_release WHERE org_id = %(org)s
)
INSERT INTO calendar_app_claim (id, org_id, kind, resource_kind, resource_id, source_kind, source_id, part,
    release_id, project_id, starts_at, ends_at, units, is_hard, is_primary, is_long, is_open, state, title, path)
SELECT made.id, %(org)s, r.kind, 'project', coalesce(lane.project_id, %(org)s), r.kind, made.id, r.part,
    lane.id, lane.project_id, made.at, made.at + r.days * interval '1 day', 1, true, true, r.days > 35,
    made.at > %(today)s, CASE WHEN made.at > %(today)s THEN r.before ELSE r.after END,
    CASE WHEN r.title <> '' THEN r.title WHEN r.kind = 'deployment' THEN lane.name || ' ' || n / 33 || ' to SIT'
         ELSE lane.name END,
    CASE r.kind WHEN 'deployment' THEN 'calendar/deployments/' || n || '/'
        WHEN 'gate' THEN 'calendar/gates/' || made.id || '/'
        WHEN 'phase' THEN 'calendar/releases/' || lane.number || '/phases/' || r.place - 2 || '/'
        ELSE 'calendar/releases/' || lane.number || '/' END
  FROM generate_series(%(first)s::int, %(last)s::int) AS n
 CROSS JOIN LATERAL (
    SELECT md5(%(org)s::text || n)::uuid AS id, %(origin)s::timestamptz + n / %(per_day)s * interval '1 day' AS at
 ) made
  JOIN lane ON lane.place = n %% %(lanes)s + 1
  JOIN rhythm r ON r.place = (7 * n + n / %(lanes)s) %% 33 + 1
"""


def claimed_organisation(slug, *, claims):
    """An organisation with that many claims around QUARTER, all of them drawn; what a page needs is there too."""
    org = Organisation.objects.create(slug=slug, name=slug.title(), time_zone="UTC")
    with org_scope(org):
        _structure()
        add_claims(org, first=1, last=claims, centre=claims // 2)
        _clashes(org)
    return org


def add_claims(org, *, first, last, centre):
    """Claims number ``first`` to ``last``; number ``centre`` begins with QUARTER. In the scope of ``org``."""
    columns = [list(column) for column in zip(*_RHYTHM, strict=True)]
    names = ("kinds", "parts", "days", "before", "after", "titles")
    values = {
        "org": org.pk,
        "first": first,
        "last": last,
        "origin": QUARTER - timedelta(days=centre / PER_DAY),
        "today": QUARTER + timedelta(days=50),
        "per_day": PER_DAY,
        "lanes": LANES,
        **dict(zip(names, columns, strict=True)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMS, values)


def _structure():
    """Three enterprise releases and 57 project releases, of a project each, under ten nodes."""
    root = Portfolio.objects.create(name="Bank")
    nodes = [Portfolio.objects.create(name=f"Division {n}", parent=root) for n in range(10)]
    projects = [
        Project(key=f"p{n}", name=f"Project {n}", portfolio=nodes[n % 10]) for n in range(LANES - TRAINS)
    ]
    Project.objects.bulk_create(projects)
    trains = [
        Release(
            number=n + 1,
            kind="enterprise",
            name=f"Release {n}",
            portfolio=root,
            target_date=date(2026, 12, n + 1),
        )
        for n in range(TRAINS)
    ]
    Release.objects.bulk_create(trains)
    Release.objects.bulk_create(
        Release(
            number=n + 4,
            kind="project",
            name=f"Project {n} 2026.4",
            project=project,
            parent=trains[n % TRAINS],
        )
        for n, project in enumerate(projects)
    )
    Blockout.objects.bulk_create(
        Blockout(
            name=f"Freeze {n}",
            is_hard=n == 0,
            portfolio=node,
            starts_at=QUARTER + timedelta(days=20 * n + 20),
            ends_at=QUARTER + timedelta(days=20 * n + 26),
        )
        for n, node in enumerate((root, *nodes[:2]))
    )


def _clashes(org):
    """An open conflict for sixty of the claims in the quarter."""
    window = Claim.objects.window(QUARTER, QUARTER + timedelta(days=92)).order_by("pk")[:LANES]
    Conflict.objects.bulk_create(
        Conflict(
            rule="bench",
            severity="warning",
            first_kind=claim.source_kind,
            first_id=claim.source_id,
            second_kind="release",
            second_id=claim.release_id,
            resource_kind="project",
            resource_id=claim.resource_id,
            first_title=claim.title,
            second_title=claim.title,
            starts_at=claim.starts_at,
            ends_at=claim.ends_at,
        )
        for claim in window
    )
