"""The system impact matrix: edited cell by cell, crowded systems named."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from calendar_app.claims import verify_claims
from calendar_app.models import Claim, Release, ReleaseImpact
from calendar_app.releases.plans import plan
from calendar_app.scope.matrix import set_impact
from releasemgr.portfolio.models import Application, Person
from tests.calendar_app.conftest import release
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db
RELEASES = "/o/acme/calendar/releases/"
LEDGER = f"{RELEASES}1/impact/of/ledger/"


@pytest.fixture
def as_rita(client, rita):
    client.force_login(rita)
    return client


@pytest.fixture
def autumn(world, rita):
    row = Release(kind="enterprise", name="Autumn", target_date=date(2026, 12, 1))
    return plan([row], by=rita, at=JUNE_1).rows[0]


def text_of(response):
    return response.content.decode()


def impacts(of):
    return dict(ReleaseImpact.objects.filter(release=of).values_list("application__key", "impact"))


def test_a_cell_is_changed_in_its_place(as_rita, world):
    here = {"HX-Request": "true", "HX-Target": "cell-1-x"}
    editing = text_of(as_rita.get(LEDGER, headers=here))
    assert ("<select" in editing, "<html" in editing) == (True, False)

    answer = as_rita.post(LEDGER, {"was": "code", "impact": "regression"}, headers=here)

    assert "Regression" in text_of(answer)
    assert "impacts:changed" in answer["HX-Trigger"]
    assert impacts(world.september) == {"ledger": "regression"}
    assert Claim.objects.filter(release_id=world.september.pk, resource_id=world.ledger.pk).count() == 0
    assert verify_claims() == []


def test_who_saw_another_value_overwrites_nothing(as_rita, world):
    here = {"HX-Request": "true", "HX-Target": "cell-1-x"}
    answer = as_rita.post(LEDGER, {"was": "", "impact": "configuration"}, headers=here)

    assert answer.status_code == 422
    assert "Somebody set it to “Code” meanwhile." in text_of(answer)
    assert impacts(world.september) == {"ledger": "code"}


def test_a_cell_is_changed_without_scripts_too(as_rita, world):
    assert "<html" in text_of(as_rita.get(LEDGER))
    as_rita.post(LEDGER, {"was": "code", "impact": ""})
    assert impacts(world.september) == {}

    as_rita.post(f"{RELEASES}1/impact/new/", {"application": world.portal.pk, "impact": "configuration"})
    assert impacts(world.september) == {"portal": "configuration"}
    forged = as_rita.post(
        f"{RELEASES}1/impact/new/",
        {"application": "019a0000-0000-7000-8000-000000000000", "impact": "code"},
    )
    assert 'id="id_application-error"' in text_of(forged)
    assert as_rita.get(f"{RELEASES}1/impact/of/nowhere/").status_code == 404


def test_an_initiative_keeps_one_application(world, rita):
    move = Release(kind="initiative", name="Move", owner=Person.objects.create(name="Ida"))
    (move,) = plan([move], by=rita, at=JUNE_1, applications=[world.ledger]).rows

    with pytest.raises(ValidationError, match="at least one"):
        set_impact(move, world.ledger, "", was="code", by=rita, at=JUNE_1)


def test_crowded_systems_are_named_for_the_enterprise_release_and_for_each(as_rita, world, autumn, rita):
    for n in range(3):
        release(
            world.payments, f"Child {n}", date(2026, 11, 1 + n), rita, changes=[world.ledger], parent=autumn
        )

    whole = text_of(as_rita.get(f"{RELEASES}{autumn.number}/impact/"))
    assert "1 crowded system" in whole
    assert "Ledger (3)" in whole
    one = text_of(as_rita.get(f"{RELEASES}{autumn.number + 1}/impact/"))
    assert "Ledger (3)" in one
    assert "crowded system" not in text_of(as_rita.get(f"{RELEASES}2/impact/"))


def test_retesting_crowds_nothing(as_rita, world, autumn, rita):
    for n in range(3):
        row = release(world.payments, f"Child {n}", date(2026, 11, 1), rita, parent=autumn)
        set_impact(row, world.ledger, "regression", was="", by=rita, at=JUNE_1)

    assert "crowded system" not in text_of(as_rita.get(f"{RELEASES}{autumn.number}/impact/"))


@pytest.mark.parametrize("children", [1, 3, 300])
def test_the_matrix_costs_the_same_for_any_number_of_releases(
    as_rita, world, autumn, children, django_assert_num_queries
):
    systems = [Application(key=f"s{n}", name=f"System {n}") for n in range(min(children, 60))]
    Application.objects.bulk_create(systems)
    rows = [
        Release(
            kind="project", name=f"Child {n}", number=1000 + n, project=world.payments, parent=autumn,
            target_date=date(2026, 9, 1),
        )
        for n in range(children)
    ]  # fmt: skip
    Release.objects.bulk_create(rows)
    ReleaseImpact.objects.bulk_create(
        ReleaseImpact(release=row, application=systems[(n * k) % len(systems)])
        for n, row in enumerate(rows)
        for k in ((1, 7) if (n * 7) % len(systems) != n % len(systems) else (1,))
    )

    with django_assert_num_queries(15):
        response = as_rita.get(f"{RELEASES}{autumn.number}/impact/")

    words = text_of(response)
    assert words.count('<tr id="row-') == min(children, 24)
    assert words.count("</") < 1500  # nodes: the budget of a page
