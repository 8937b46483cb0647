"""Going without a release: what it breaks is shown, then it leaves, on record and undoable."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from calendar_app.departures.going import go_without, torn, went_without
from calendar_app.models import Departure, Dependency, Gate, Release
from calendar_app.models.releases import NotPossible
from releasemgr.changes.revisions import Moved, create, undo
from tests.calendar_app.conftest import release
from tests.calendar_app.test_dependencies import fresh, needed
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db


@pytest.fixture
def autumn(world, rita):
    """An enterprise release of September and October; the gate of September counts toward its own."""
    row = release(world.payments, "Autumn", date(2026, 12, 1), rita)
    Release.objects.filter(pk=row.pk).update(kind=Release.Kind.ENTERPRISE, project=None)
    Release.objects.filter(pk__in=[world.september.pk, world.october.pk]).update(parent=row)
    gate = Gate(release=row, name="All tested", planned_date=date(2026, 11, 1), rollup=Gate.Rollup.ALL)
    create([gate], by=rita, at=JUNE_1)
    Gate.objects.filter(pk=world.gate.pk).update(parent=gate)
    return Release.objects.get(pk=row.pk)


def test_a_release_leaves_with_its_gates_and_what_it_owed(world, autumn, rita):
    owed = needed(world.october, of=world.september, rita=rita)
    child = fresh(world.september)
    assert list(torn(child)) == [owed]

    act = go_without(child, reason="Late", answers={owed.pk: "broken"}, by=rita, at=JUNE_1).act_id

    assert (fresh(child).parent, fresh(world.gate).parent) == (None, None)
    assert (fresh(owed).state, fresh(owed).note) == (Dependency.State.REFUSED, "Late")
    (gone,) = went_without(autumn)
    assert (gone.child, gone.reason, gone.consequences[0]["code"]) == (child, "Late", "dependency-broken")

    undo(act, by=rita, at=JUNE_1)

    assert (fresh(child).parent, fresh(owed).state) == (autumn, Dependency.State.REQUESTED)
    assert fresh(world.gate).parent.release == autumn
    assert list(went_without(autumn)) == []
    assert Departure.objects.count() == 1


def test_what_moved_since_stays(world, autumn, rita):
    act = go_without(fresh(world.september), reason="Late", answers={}, by=rita, at=JUNE_1).act_id
    Release.objects.filter(pk=world.september.pk).update(version=9)

    with pytest.raises(Moved):
        undo(act, by=rita, at=JUNE_1)


def test_bad_departures_are_refused(world, autumn, rita):
    with pytest.raises(NotPossible, match="belongs to no enterprise release"):
        go_without(autumn, reason="Late", answers={}, by=rita, at=JUNE_1)
    with pytest.raises(ValidationError, match="Say why"):
        go_without(fresh(world.september), reason=" ", answers={}, by=rita, at=JUNE_1)
    assert not Departure.objects.exists()


def test_the_page_previews_writes_nothing_then_applies(client, world, autumn, rita):
    owed = needed(world.october, of=world.september, rita=rita)
    client.force_login(rita)
    url = "/o/acme/calendar/releases/1/departure/"
    page = client.get(url).content.decode()
    assert "loses the gates of this release" in page
    assert "NEED-1 The new interface" in page

    given = {"version": 1, "reason": "Late", "need_1": "withdrawn"}
    preview = client.post(url, given)
    assert "Go without it" in preview.content.decode()
    assert (fresh(world.september).parent, Departure.objects.count()) == (autumn, 0)
    stale = client.post(url, given | {"apply": "1", "seen": "something else"})
    assert stale.status_code == 409
    seen = preview.context["form"].data["seen"]
    done = client.post(url, given | {"apply": "1", "seen": seen})

    assert done["Location"] == "/o/acme/calendar/releases/1/"
    assert (fresh(world.september).parent, fresh(owed).state) == (None, Dependency.State.WITHDRAWN)
    assert "Went without" in client.get("/o/acme/calendar/releases/3/").content.decode()
