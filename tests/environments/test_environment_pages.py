"""The pages of environments, their capacity and outages."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from calendar_app.models import Deployment
from environments.models import CapacityStep, EnvironmentUse, Outage
from releasemgr.portfolio.models import Environment
from tests.conftest import JUNE_1
from tests.environments.conftest import IN_SERVICE, book, hour, make_environment

HOME = "/o/acme/environments/"


@pytest.fixture
def emmas(client, emma):
    client.force_login(emma)
    return client


def new(**fields):
    return {
        "name": "UAT 1",
        "key": "uat-1",
        "type": "uat",
        "is_persistent": "on",
        "commissioned_at": "2026-01-01T00:00",
        "setup_effort_hours": "6.5",
        "units": "2",
        "hourly_cost": "4.50",
        **fields,
    }


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_any_number_of_rows(emmas, in_acme, rows, django_assert_num_queries):
    for number in range(rows):
        make_environment(f"sit-{number}")
    with django_assert_num_queries(13):
        response = emmas.get(HOME)

    assert response.content.count(b'<tr id="environment-') == rows


def test_a_new_environment_can_be_booked_at_once(emmas, in_acme):
    response = emmas.post(f"{HOME}new/", new())

    environment = Environment.objects.get()
    assert response.url == f"{HOME}uat-1/"
    assert EnvironmentUse.objects.get().setup_effort_hours == 6.5
    step = CapacityStep.objects.get()
    assert (step.units, float(step.hourly_cost), step.starts_at) == (2, 4.5, environment.commissioned_at)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", "sit-1"),
        ("key", "bookings"),
        ("key", "a/b"),
        ("type", "moon"),
        ("units", "-1"),
        ("hourly_cost", "1e99"),
        ("commissioned_at", "soon"),
        ("decommissioned_at", "2025-01-01T00:00"),
    ],
)
def test_a_bad_value_is_named_at_its_field(emmas, sit, field, value):
    response = emmas.post(f"{HOME}new/", new(**{field: value}))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert Environment.objects.count() == 1


def test_an_environment_shows_all_that_is_known_of_it(emmas, sit, ledger):
    now = timezone.now()
    Deployment.objects.create(
        number=1,
        application=ledger,
        environment=sit,
        stage="sit",
        version_label="4.2.0",
        status="succeeded",
        started_at=JUNE_1,
        finished_at=JUNE_1,
    )
    Outage.objects.create(
        environment=sit, starts_at=now - timedelta(hours=1), reason="Disk full", is_planned=False
    )

    page = emmas.get(f"{HOME}sit-1/").content.decode()

    assert "Out of service: Disk full" in page
    assert "4.2.0" in page
    assert "still going on" in page
    assert f"/o/acme/activity/history/environment/{sit.pk}/" in page


def test_changing_an_environment_and_losing_to_a_second_tab(emmas, sit):
    data = new(name="SIT one", key="sit-1", type="sit", version="1")
    data["commissioned_at"] = f"{IN_SERVICE:%Y-%m-%d}T11:00"
    assert emmas.post(f"{HOME}sit-1/edit/", data).status_code == 302
    assert Environment.objects.get().name == "SIT one"

    lost = emmas.post(f"{HOME}sit-1/edit/", {**data, "name": "SIT uno"})
    assert lost.status_code == 409
    assert "Emma saved this first" in lost.content.decode()
    assert emmas.post(f"{HOME}sit-1/edit/", {**data, "name": "SIT uno", "version": "2"}).status_code == 302


def test_a_cut_that_displaces_bookings_asks_first(emmas, shared_sit):
    book(shared_sit, 0, 4, units=3, purpose="Load test")
    url = f"{HOME}sit-3/capacity/"
    cut = {"starts_at": "2026-06-01T12:00", "units": "1", "hourly_cost": "0"}

    refused = emmas.post(url, cut)
    assert refused.status_code == 422
    assert "Load test" in refused.content.decode()
    assert emmas.post(url, {**cut, "despite": "on"}).status_code == 302
    assert CapacityStep.objects.count() == 2


def test_a_capacity_step_can_be_corrected(emmas, sit):
    step = CapacityStep.objects.get()
    local = step.starts_at.astimezone(sit.org.zone)

    response = emmas.post(
        f"{HOME}sit-1/capacity/{step.pk}/",
        {"starts_at": f"{local:%Y-%m-%dT%H:%M}", "units": "5", "hourly_cost": "1", "version": "1"},
    )

    assert response.status_code == 302
    assert CapacityStep.objects.get().units == 5


def test_an_outage_is_reported_and_ended(emmas, sit):
    emmas.post(f"{HOME}sit-1/outages/", {"starts_at": "2026-06-01T10:00", "reason": "Disk full"})
    outage = Outage.objects.get()
    assert (outage.is_planned, outage.ends_at) == (False, None)

    emmas.post(f"{HOME}outages/{outage.pk}/end/")
    outage.refresh_from_db()
    assert outage.ends_at is not None
    assert b"It is over" not in emmas.get(f"{HOME}outages/{outage.pk}/").content


def test_a_correction_of_an_outage_is_taken_back_from_its_page(emmas, sit):
    said = {
        "starts_at": "2099-06-01T10:00",
        "ends_at": "2099-06-01T12:00",
        "reason": "Patch",
        "is_planned": "on",
    }
    emmas.post(f"{HOME}sit-1/outages/", said)
    outage = Outage.objects.get()
    path = f"{HOME}outages/{outage.pk}/"
    emmas.post(f"{path}edit/", said | {"ends_at": "2099-06-01T20:00", "version": 1})
    undo_id = emmas.get(path).context["undo_id"]

    undone = emmas.post(f"/o/acme/changes/{undo_id}/reversal/", {"next": path})

    assert undone.url == path
    outage.refresh_from_db()
    assert outage.ends_at == datetime(2099, 6, 1, 10, tzinfo=UTC)  # noon in Berlin, as first said
    assert emmas.get(path).context["undo_id"] is None


def test_a_planned_outage_is_withdrawn(emmas, sit):
    emmas.post(
        f"{HOME}sit-1/outages/", {"starts_at": "2099-06-01T10:00", "reason": "Patch", "is_planned": "on"}
    )
    outage = Outage.objects.get()

    emmas.post(f"{HOME}outages/{outage.pk}/withdrawal/")

    assert Outage.objects.count() == 0


def test_a_project_lead_does_not_manage_environments(client, pete, sit):
    client.force_login(pete)

    assert client.get(f"{HOME}new/").status_code == 403
    assert client.post(f"{HOME}sit-1/outages/").status_code == 403
    assert client.get(f"{HOME}sit-1/").status_code == 200
    assert hour(0) == JUNE_1
