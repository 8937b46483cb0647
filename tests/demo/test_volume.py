"""`seed_demo --events`: as many deployments as asked for, spread as in the data pack, with sound claims and figures."""

import json
import statistics
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from calendar_app.claims import verify_claims
from calendar_app.models import Deployment, Release, Version
from releasemgr.demo.volume import TRAINS
from releasemgr.portfolio.models import Project
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import org_scope
from reporting.models import Cell

pytestmark = pytest.mark.django_db


def seed(events, *arguments):
    output, progress = StringIO(), StringIO()
    options = ("--events", str(events), "--today", "2026-11-23", "--json", *arguments)
    call_command("seed_demo", *options, stdout=output, stderr=progress)
    return json.loads(output.getvalue())


def test_a_calibrated_organisation_has_that_many_deployments():
    done = seed(3000, "--org", "harbour")

    assert done["counts"] == {"harbour": {"calendar_app.deployment": 3000}}
    with org_scope(Organisation.objects.get(slug="harbour")):
        assert Deployment.objects.count() == 3000
        assert Release.objects.filter(kind="enterprise").count() == TRAINS
        assert verify_claims() == []
        assert Cell.objects.filter(metric="F1", value__gt=0).exists()
        _is_spread_as_in_the_pack()


def _is_spread_as_in_the_pack():
    """Versions per deliverable 4.8 on average, review times of 71 h in the median, bursts in some weeks."""
    per_release = Counter(Deployment.objects.values_list("release_id", flat=True))
    assert 4.2 < statistics.mean(per_release.values()) < 5.3
    times = Version.objects.values_list("requested_at", "released_at")
    review = statistics.median((released - asked).total_seconds() / 3600 for asked, released in times)
    assert 60 < review < 82
    weeks = sorted(Counter(released.strftime("%G-%V") for _asked, released in times).values())
    assert weeks[int(len(weeks) * 0.9)] > 2 * statistics.median(weeks)


def test_a_second_run_adds_nothing():
    first = seed(150)

    again = seed(150)

    assert again["counts"] == first["counts"] == {"calibrated": {"calendar_app.deployment": 150}}
    assert again["organisations"][0]["made"] is False


def test_no_events_are_refused():
    with pytest.raises(CommandError, match="at least 1"):
        seed(0)


def test_an_organisation_with_data_of_its_own_is_refused(payments, in_acme):
    before = Project.objects.count()

    with pytest.raises(CommandError, match="acme holds other projects"):
        seed(10, "--org", "acme")

    assert Project.objects.count() == before
