"""The people of a release by RACI, and who takes over from whom."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendar_app.models import Release, Stakeholder
from calendar_app.releases.plans import edit, plan
from calendar_app.scope.people import name_people, remove_people, replace_person
from releasemgr.changes.revisions import rehearse
from releasemgr.portfolio.models import Person
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db
PEOPLE = "/o/acme/calendar/releases/1/people/"


@pytest.fixture
def as_rita(client, rita):
    client.force_login(rita)
    return client


@pytest.fixture
def staff(in_acme):
    return [Person.objects.create(name=name) for name in ("Ada", "Bea", "Cem", "Dan")]


def parts(release):
    return dict(Stakeholder.objects.filter(release=release).values_list("person__name", "part"))


def test_a_new_accountable_person_makes_the_former_responsible(world, rita, staff):
    ada, bea, *_rest = staff
    name_people([world.september], [ada], "accountable", by=rita, at=JUNE_1)
    name_people([world.september], [bea], "informed", by=rita, at=JUNE_1)

    name_people([world.september], [bea], "accountable", by=rita, at=JUNE_1)

    assert parts(world.september) == {"Ada": "responsible", "Bea": "accountable"}


def test_the_owner_is_accountable_until_somebody_is_named(world, rita, staff):
    ada, bea, *_rest = staff
    with pytest.raises(ValidationError, match="Name who is accountable"):
        name_people([world.september], [bea], "informed", by=rita, at=JUNE_1)
    edit(world.september, {"owner": ada}, by=rita, at=JUNE_1)

    name_people([world.september], [bea], "informed", by=rita, at=JUNE_1)

    assert parts(world.september) == {"Ada": "accountable", "Bea": "informed"}


def test_the_accountable_one_goes_last(world, rita, staff):
    ada, bea, *_rest = staff
    name_people([world.september], [ada], "accountable", by=rita, at=JUNE_1)
    name_people([world.september], [bea], "consulted", by=rita, at=JUNE_1)
    first, second = Stakeholder.objects.order_by("person__name")

    with pytest.raises(ValidationError, match="another accountable"):
        remove_people([first], by=rita, at=JUNE_1)
    with pytest.raises(ValidationError, match="another accountable"):
        name_people([world.september], [ada], "informed", by=rita, at=JUNE_1)
    remove_people([second], by=rita, at=JUNE_1)
    remove_people([first], by=rita, at=JUNE_1)
    assert parts(world.september) == {}


def test_people_are_named_changed_and_removed_by_page(as_rita, world, staff):
    ada, bea, cem, _dan = staff
    two = as_rita.post(f"{PEOPLE}new/", {"people": [ada.pk, bea.pk], "part": "accountable"})
    assert 'id="id_people-error"' in two.content.decode()
    forged = as_rita.post(
        f"{PEOPLE}new/", {"people": ["019a0000-0000-7000-8000-000000000000"], "part": "informed"}
    )
    assert 'id="id_people-error"' in forged.content.decode()

    as_rita.post(f"{PEOPLE}new/", {"people": [ada.pk], "part": "accountable"})
    as_rita.post(f"{PEOPLE}new/", {"people": [bea.pk, cem.pk], "part": "informed"})
    bea_s = Stakeholder.objects.get(person=bea)
    as_rita.post(f"/o/acme/calendar/stakes/{bea_s.pk}/", {"part": "consulted", "version": 1})
    lost = as_rita.post(f"/o/acme/calendar/stakes/{bea_s.pk}/", {"part": "responsible", "version": 1})
    assert lost.status_code == 409
    as_rita.post(f"/o/acme/calendar/stakes/{Stakeholder.objects.get(person=cem).pk}/removal/")

    assert parts(world.september) == {"Ada": "accountable", "Bea": "consulted"}
    card = as_rita.get(PEOPLE, headers={"HX-Request": "true"}).content.decode()
    assert ("Accountable" in card, "<html" in card) == (True, False)
    assert "releases/1/people/" in as_rita.get("/o/acme/calendar/releases/1/").content.decode()


def test_many_releases_get_the_same_people_at_once(as_rita, world, rita, staff):
    ada, bea, *_rest = staff
    autumn = plan(
        [Release(kind="enterprise", name="Autumn", owner=ada, target_date=date(2026, 12, 1))],
        by=rita,
        at=JUNE_1,
    ).rows[0]
    edit(world.september, {"parent": autumn, "owner": ada}, by=rita, at=JUNE_1)

    as_rita.post(
        f"/o/acme/calendar/releases/{autumn.number}/people/new/",
        {"people": [bea.pk], "part": "informed", "everywhere": "on"},
    )

    assert parts(autumn) == parts(world.september) == {"Ada": "accountable", "Bea": "informed"}


def test_who_leaves_hands_over_everything_that_is_open(as_rita, world, rita, staff):
    ada, bea, cem, _dan = staff
    for row in (world.september, world.october):
        edit(row, {"owner": ada}, by=rita, at=JUNE_1)
        name_people([row], [cem], "informed", by=rita, at=JUNE_1)
    name_people([world.october], [bea], "consulted", by=rita, at=JUNE_1)

    as_rita.post("/o/acme/calendar/stakes/replacement/", {"former": ada.pk, "successor": bea.pk})

    assert parts(world.september) == {"Bea": "accountable", "Cem": "informed"}
    assert parts(world.october) == {"Bea": "accountable", "Cem": "informed"}
    assert set(Release.objects.values_list("owner__name", flat=True)) == {"Bea"}
    with pytest.raises(ValidationError, match="another person"):
        replace_person(ada, ada, by=rita, at=JUNE_1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(
        st.tuples(
            st.sampled_from([*Stakeholder.Part.values, "remove", "replace"]),
            st.integers(0, 3),
            st.integers(0, 3),
        ),
        max_size=10,
    )
)
def test_whoever_is_named_exactly_one_is_accountable(world, rita, staff, acts):
    with rehearse():
        for what, one, other in acts:
            try:
                if what == "remove":
                    remove_people(list(Stakeholder.objects.filter(person=staff[one])), by=rita, at=JUNE_1)
                elif what == "replace":
                    replace_person(staff[one], staff[other], by=rita, at=JUNE_1)
                else:
                    name_people([world.september], [staff[one]], what, by=rita, at=JUNE_1)
            except ValidationError:
                continue
            held = list(parts(world.september).values())
            assert held.count("accountable") == (1 if held else 0)
