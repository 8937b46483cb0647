"""Nested enterprise releases, independent ones, and change initiatives."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from calendar_app.claims import verify_claims
from calendar_app.conflicts import verify_conflicts
from calendar_app.models import Claim, Conflict, Release, ReleaseImpact
from calendar_app.releases.moves import Move, move
from calendar_app.releases.plans import edit, plan
from releasemgr.activity.models import Entry
from releasemgr.portfolio.models import Person
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db
RELEASES = "/o/acme/calendar/releases/"


@pytest.fixture
def as_rita(client, rita):
    client.force_login(rita)
    return client


def enterprise(name, target, rita, *, parent=None):
    row = Release(kind="enterprise", name=name, parent=parent, target_date=target)
    return plan([row], by=rita, at=JUNE_1).rows[0]


@pytest.fixture
def nested(world, rita):
    """Autumn holds Payments week, which holds September."""
    autumn = enterprise("Autumn", date(2026, 12, 1), rita)
    week = enterprise("Payments week", date(2026, 11, 1), rita, parent=autumn)
    edit(world.september, {"parent": week}, by=rita, at=JUNE_1)
    return autumn, week


def test_a_nested_release_stands_in_the_manifest_of_the_one_above(as_rita, nested):
    autumn, week = nested

    assert "Payments week" in as_rita.get(f"{RELEASES}{autumn.number}/").content.decode()
    page = as_rita.get(f"{RELEASES}{week.number}/").content.decode()
    assert "September" in page
    assert 'href="/o/acme/calendar/releases/3/"' in page


def test_a_cycle_is_refused_at_the_field_and_named(as_rita, nested):
    autumn, week = nested

    answer = as_rita.post(
        f"{RELEASES}{autumn.number}/edit/",
        {"name": "Autumn", "risk": "medium", "target_date": "2026-10-01", "parent": week.pk, "version": 1},
    )

    words = answer.content.decode()
    assert answer.status_code == 422
    assert "REL-3 Autumn → REL-4 Payments week → REL-3 Autumn" in words
    assert 'id="id_parent-error"' in words
    assert Release.objects.get(pk=autumn.pk).parent is None


def test_two_that_nest_into_each_other_at_once_are_not_both_let(world, rita):
    """The second saw no cycle when it began; it looks again after its turn came."""
    one, two = enterprise("One", date(2026, 12, 1), rita), enterprise("Two", date(2026, 12, 1), rita)
    stale = Release.objects.get(pk=two.pk)
    edit(one, {"parent": two}, by=rita, at=JUNE_1)

    with pytest.raises(ValidationError, match="part of itself"):
        edit(stale, {"parent": Release(pk=one.pk, kind="enterprise", status="planned")}, by=rita, at=JUNE_1)


def test_a_release_does_not_move_past_the_one_above_it(nested, rita):
    _autumn, week = nested

    with pytest.raises(ValidationError, match="Autumn goes live before that"):
        move([Move(Release.objects.get(pk=week.pk), date(2026, 12, 2))], by=rita, at=JUNE_1)


def test_an_enterprise_release_that_moves_before_what_is_in_it_has_a_conflict(nested, rita):
    autumn, _week = nested

    move([Move(autumn, date(2026, 10, 15))], by=rita, at=JUNE_1)

    (conflict,) = Conflict.objects.filter(rule="release-after-parent")
    assert (conflict.first_title, conflict.second_title) == ("Payments week", "Autumn")


def test_an_independent_release_is_part_of_no_other(nested, rita):
    patch = Release(kind="independent", name="Patch", parent=nested[0])

    with pytest.raises(ValidationError, match="part of no other"):
        plan([patch], by=rita, at=JUNE_1)


def move_of_the_datacentre(world, **changes):
    form = {
        "name": "Datacentre move",
        "kind": "initiative",
        "owner": Person.objects.get_or_create(name="Ida")[0].pk,
        "risk": "high",
        "starts_on": "2026-09-20",
        "target_date": "2026-10-10",
        "applications": [world.portal.pk],
    }
    return form | changes


@pytest.mark.parametrize("field", ["owner", "applications"])
def test_an_initiative_has_an_owner_and_affects_something(as_rita, world, field):
    answer = as_rita.post(f"{RELEASES}new/", move_of_the_datacentre(world, **{field: []}))

    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in answer.content.decode()
    assert Release.objects.count() == 2


def test_an_initiative_claims_its_applications_all_the_time_and_meets_what_goes_live(as_rita, world):
    as_rita.post(f"{RELEASES}new/", move_of_the_datacentre(world))

    initiative = Release.objects.get(kind="initiative")
    spans = Claim.objects.filter(release_id=initiative.pk, kind="release", resource_id=world.portal.pk)
    assert spans.count() == 1
    (conflict,) = Conflict.objects.filter(rule="during-initiative")
    assert (conflict.first_title, conflict.second_title) == ("October", "Datacentre move")
    assert (verify_claims(), verify_conflicts()) == ([], [])


def test_an_initiative_is_called_what_it_is_on_list_and_calendar(as_rita, world):
    as_rita.post(f"{RELEASES}new/", move_of_the_datacentre(world))

    assert "Change initiative" in as_rita.get(f"{RELEASES}?kind=initiative").content.decode()
    for view in ("quarter", "month", "list"):
        page = as_rita.get(f"/o/acme/calendar/?view={view}&date=2026-09-20").content.decode()
        assert ("Datacentre move" in page, "Change initiative" in page) == (True, True), view


def test_what_an_edit_does_to_the_matrix_is_in_the_trail(as_rita, world, rita):
    edit(world.september, {}, by=rita, at=JUNE_1, applications=[world.portal])

    verbs = Entry.objects.filter(noun="releaseimpact", act_id__isnull=False).values_list("verb", flat=True)
    assert {"added", "removed"} <= set(verbs)
    assert [one.application for one in ReleaseImpact.objects.filter(release=world.september)] == [
        world.portal
    ]
