"""The real data pack: its README's checks, and deployments by month against a plain count over the CSV."""

import csv
import json
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import org_scope

PACK = Path(settings.BASE_DIR).parent / "shared" / "data" / "openstack"
NEWEST = ("gazpacho", "hibiscus", "indri")

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not PACK.is_dir(), reason="the OpenStack data pack is not beside the checkout (../shared)"
    ),
]


def import_pack(folder):
    output = StringIO()
    call_command("import_openstack", folder, "--org", "openstack", "--json", stdout=output, stderr=StringIO())
    return json.loads(output.getvalue())


def lines(file):
    with (PACK / file).open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def production_by_month(cycles=None):
    """Month -> final and stable versions with a time, counted in the CSV."""
    return Counter(
        line["released_utc"][:7]
        for line in lines("releases.csv")
        if line["kind"] in ("final", "stable")
        and line["released_utc"]
        and (cycles is None or line["cycle"] in cycles)
    )


def deployments_by_month():
    """Month -> production deployments, counted by plain SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM'), count(*) FROM calendar_app_deployment "
            "WHERE stage = 'prd' AND status = 'succeeded' GROUP BY 1"
        )
        return dict(cursor.fetchall())


@pytest.fixture
def newest_cycles(tmp_path):
    """A pack of the last three cycles of the real one."""
    for file in ("cycles.csv", "events.csv", "projects.csv", "releases.csv", "schedule_changes.csv"):
        rows = [
            row
            for row in lines(file)
            if row["cycle"] in NEWEST and row.get("about_cycle", NEWEST[0]) in NEWEST
        ]
        with (tmp_path / file).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    return tmp_path


def test_the_newest_cycles_of_the_real_pack(newest_cycles):
    counts = import_pack(newest_cycles)

    assert counts["problems"] == []
    assert counts["by_cycle"]["gazpacho"] == {
        "final_date": "2026-04-01",
        "deliverables": 216,
        "versions": 414,
        "finals_on_the_day": 65,
    }
    with org_scope(Organisation.objects.get(slug="openstack")):
        assert deployments_by_month() == production_by_month(NEWEST)


@pytest.mark.slow
def test_the_whole_real_pack():
    counts = import_pack(PACK)

    read = {name: counts[name] for name in ("cycles", "events", "projects", "versions", "versions_dated")}
    assert read == {"cycles": 35, "events": 804, "projects": 6026, "versions": 28354, "versions_dated": 26875}
    assert counts["problems"] == []
    stored = counts["stored"]
    assert stored["enterprise_releases"] == 35
    assert stored["project_releases"] + stored["independent_releases"] == 6026
    assert stored["gates"] + stored["milestones"] + counts["events_listed_twice"] == 804 + 35
    assert (stored["versions"], stored["versions_dated"]) == (28354, 26875)
    assert counts["by_cycle"]["caracal"] == {
        "final_date": "2024-04-03",
        "deliverables": 223,
        "versions": 709,
        "finals_on_the_day": 66,
    }
    with org_scope(Organisation.objects.get(slug="openstack")):
        assert deployments_by_month() == production_by_month()
    again = import_pack(PACK)
    assert (again["created"], again["changed"]) == ({}, {})
