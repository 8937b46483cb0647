"""An imported cycle read as a manifest: the versions that reached production, the scope and the systems it touches."""

import pytest

from calendar_app.models import Deployment, Release
from calendar_app.scope.manifest import counted, lines_of
from releasemgr.accounts.roles import Role
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import org_scope
from tests.conftest import member
from tests.importers.test_openstack import import_pack

pytestmark = pytest.mark.django_db


@pytest.fixture
def brook(db):
    import_pack()
    return Organisation.objects.get(slug="brook")


def cycles():
    return Release.objects.filter(kind="enterprise").order_by("number")


def test_each_cycle_names_what_reached_production_per_deliverable(brook):
    with org_scope(brook):
        for cycle in cycles():
            lines = lines_of(cycle)
            delivered = Deployment.objects.filter(release__parent=cycle).production().delivered()
            assert {line.release.pk for line in lines} == set(
                cycle.children.exclude(status="cancelled").values_list("pk", flat=True)
            )
            assert {(line.release.pk, line.in_production) for line in lines if line.reached} == {
                (one.release_id, one.version_label)
                for one in delivered
                if one.finished_at
                == max(two.finished_at for two in delivered if two.release_id == one.release_id)
            }
            assert counted(lines)["deviation"] == 0  # the pack knows no plan to deviate from


def test_its_tabs_open_and_show_them(brook, client):
    client.force_login(member(brook, Role.VIEWER, "Vic"))
    with org_scope(brook):
        wanted = [(cycle.number, [one.name for one in cycle.children.all()[:3]]) for cycle in cycles()]

    for number, names in wanted:
        page = client.get(f"/o/brook/calendar/releases/{number}/manifest/").content.decode()
        assert [name for name in names if name not in page] == []
        for tab in ("scope", "impact", "people"):
            assert client.get(f"/o/brook/calendar/releases/{number}/{tab}/").status_code == 200
