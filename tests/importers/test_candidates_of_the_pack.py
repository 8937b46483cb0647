"""The rule "final = last release candidate" on the real pack, against the same question asked of the CSV itself."""

import csv
import re
from collections import defaultdict
from io import StringIO

import pytest
from django.core.management import call_command

from calendar_app.gates.facts import rulebook, verify_criteria
from calendar_app.models import Criterion
from releasemgr.accounts.roles import Role
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import org_scope
from tests.conftest import member
from tests.importers.test_whole_pack import PACK, lines

CYCLES = ("newton", "queens")

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not PACK.is_dir(), reason="the OpenStack data pack is not beside the checkout (../shared)"
    ),
]


def numbers(row):
    return [int(number) for number in re.findall(r"\d+", row["version"])]


def finals_and_candidates():
    """(cycle, deliverable) -> {"final": rows, "rc": rows} of deliverables that had both, straight from the CSV."""
    found = defaultdict(lambda: {"final": [], "rc": []})
    for row in lines("releases.csv"):
        if row["cycle"] in CYCLES and row["kind"] in ("final", "rc"):
            found[row["cycle"], row["deliverable"]][row["kind"]].append(row)
    return {key: kinds for key, kinds in found.items() if kinds["final"] and kinds["rc"]}


def judged_by_hand():
    """(cycle, deliverable) -> whether the newest final has the commit of the highest candidate."""
    return {
        key: max(kinds["final"], key=numbers)["primary_sha"] == max(kinds["rc"], key=numbers)["primary_sha"]
        for key, kinds in finals_and_candidates().items()
    }


@pytest.fixture
def pack(tmp_path):
    """The two cycles of the real pack that have false cases: their deliverables with a candidate, finals and candidates."""
    wanted = finals_and_candidates()
    for file in ("cycles.csv", "events.csv", "projects.csv", "releases.csv", "schedule_changes.csv"):
        rows = [row for row in lines(file) if row["cycle"] in CYCLES]
        if file in ("projects.csv", "releases.csv"):
            rows = [row for row in rows if (row["cycle"], row["deliverable"]) in wanted]
        if file == "releases.csv":
            rows = [row for row in rows if row["kind"] in ("final", "rc")]
        with (tmp_path / file).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    return tmp_path


def test_the_rule_says_of_each_deliverable_what_the_pack_says(pack, client):
    call_command("import_openstack", pack, "--org", "openstack", stdout=StringIO(), stderr=StringIO())
    by_hand, openstack = judged_by_hand(), Organisation.objects.get(slug="openstack")
    with org_scope(openstack):
        judged = {
            cycle: Criterion.objects.get(rule="final-is-last-candidate", gate__release__name__iexact=cycle)
            for cycle in CYCLES
        }
        listed = {
            (cycle, case.release.project.name): case.outcome == "holds"
            for cycle, criterion in judged.items()
            for case in rulebook[criterion.rule].cases(criterion)
            if case.outcome != "unknown"
        }
        assert verify_criteria(judged["queens"].judged_at) == []

    assert listed == by_hand
    assert sorted(key for key, holds in listed.items() if not holds) == [
        ("newton", "networking-hyperv"),
        ("queens", "tripleo-heat-templates"),
        ("queens", "tripleo-image-elements"),
        ("queens", "tripleo-puppet-elements"),
    ]
    for cycle, criterion in judged.items():
        truths = [holds for (of, _deliverable), holds in by_hand.items() if of == cycle]
        assert (criterion.state, criterion.value["holds"], criterion.value["differs"]) == (
            "failed",
            truths.count(True),
            truths.count(False),
        )

    client.force_login(member(openstack, Role.VIEWER, "Vic"))
    page = f"/o/openstack/calendar/criteria/{judged['queens'].pk}/"
    shown = client.get(f"{page}?outcome=differs").content.decode()
    exported = client.get(f"{page}export/?outcome=differs").getvalue().decode()
    rows = list(csv.DictReader(StringIO(exported)))
    assert [row["outcome"] for row in rows] == ["differs"] * 3
    for row in rows:
        assert row["project"].startswith("tripleo-")
        assert row["name"] in shown
        assert row["why"].startswith("8.0.0 is commit ")
