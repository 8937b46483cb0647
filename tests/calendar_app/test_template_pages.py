"""Templates on pages: taken over, changed in a draft, published, and releases planned from them."""

from datetime import date

import pytest

from calendar_app.models import Release, Template
from calendar_app.templates.starters import take_over
from calendar_app.templates.versions import draft_of, publish
from releasemgr.portfolio.models import CalendarException, WorkingCalendar
from releasemgr.tenancy.scope import org_scope
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

URL = "/o/acme/calendar/templates/"


@pytest.fixture
def hotfix(acme, rita):
    with org_scope(acme):
        return take_over("hotfix", by=rita, at=JUNE_1)


def rows_from(response):
    """The data a browser would send back for the formset of a page."""
    formset = response.context["formset"]
    data = {f"{formset.prefix}-{name}": value for name, value in formset.management_form.initial.items()}
    for form in formset:
        for bound in form:
            value = bound.value()
            if value is not None and value is not False and value != "":
                data[bound.html_name] = "on" if value is True else value
    return data | {"version": response.context["version"]}


def test_a_starter_is_taken_over_with_one_click(client, acme, rita):
    client.force_login(rita)

    response = client.post("/o/acme/calendar/starters/quarterly/adoption/", follow=True)

    assert b"Release readiness review" in response.content
    assert client.get(URL).content.count(b'<tr id="template-') == 1
    assert client.post("/o/acme/calendar/starters/unknown/adoption/").status_code == 404


def test_a_draft_is_edited_in_rows_and_published(client, acme, rita, hotfix):
    client.force_login(rita)
    client.post(f"{URL}{hotfix.pk}/draft/")
    url = f"{URL}{hotfix.pk}/draft/phases/"
    data = rows_from(client.get(url)) | {
        "phases-1-days": "2",
        "phases-4-name": "Report",
        "phases-4-kind": "hypercare",
        "phases-4-days": "3",
        "phases-4-overlap": "0",
    }

    assert client.post(url, data).status_code == 302
    page = client.get(f"{URL}{hotfix.pk}/?version=2")
    assert [(one.name, one.verb) for one in page.context["differences"]] == [
        ("Targeted test", "changed"),
        ("Report", "added"),
    ]
    draft = page.context["draft"]
    answer = client.post(f"{URL}{hotfix.pk}/publication/", {"version": draft.version, "note": "Longer test"})

    assert answer.status_code == 302
    with org_scope(acme):
        assert [one.number for one in hotfix.versions.published()] == [2, 1]


def test_what_is_wrong_stands_at_its_row_and_nothing_is_lost(client, acme, rita, hotfix):
    client.force_login(rita)
    client.post(f"{URL}{hotfix.pk}/draft/")
    url = f"{URL}{hotfix.pk}/draft/phases/"
    data = rows_from(client.get(url)) | {"phases-0-days": "999", "phases-2-name": "Roll it out"}

    response = client.post(url, data)

    assert response.status_code == 422
    formset = response.context["formset"]
    assert list(formset[0].errors) == ["days"]
    assert formset[2]["name"].value() == "Roll it out"


def test_a_phase_that_a_gate_stands_on_is_not_taken_away(client, acme, rita, hotfix):
    client.force_login(rita)
    client.post(f"{URL}{hotfix.pk}/draft/")
    url = f"{URL}{hotfix.pk}/draft/phases/"

    response = client.post(url, rows_from(client.get(url)) | {"phases-1-DELETE": "on"})

    assert response.status_code == 422
    assert b"Gates: That phase is not part of the template any more." in response.content


def test_who_saves_second_sees_what_they_would_overwrite(client, acme, rita, hotfix):
    client.force_login(rita)
    client.post(f"{URL}{hotfix.pk}/draft/")
    url = f"{URL}{hotfix.pk}/draft/phases/"
    data = rows_from(client.get(url))
    client.post(url, data | {"phases-0-days": "4"})

    response = client.post(url, data | {"phases-0-days": "6"})

    assert response.status_code == 409
    assert b"Working days: 4" in response.content
    assert (
        client.post(url, data | {"phases-0-days": "6", "version": response.context["version"]}).status_code
        == 302
    )


def test_a_release_is_previewed_and_then_planned_from_its_template(client, acme, rita, hotfix):
    client.force_login(rita)
    with org_scope(acme):
        version = hotfix.versions.get()
    data = {"template_version": version.pk, "name": "Fix", "target_date": "2026-12-14"}

    preview = client.post("/o/acme/calendar/from-template/", data)

    with org_scope(acme):
        assert (preview.status_code, Release.objects.count()) == (200, 0)
    assert preview.context["preview"]["gates"][0][1] == date(2026, 12, 11)
    assert client.post("/o/acme/calendar/from-template/", data | {"apply": "1"}).status_code == 302
    with org_scope(acme):
        assert Release.objects.get().phases.count() == 4


def test_a_viewer_reads_templates_and_shapes_none(client, acme, vic, hotfix):
    client.force_login(vic)

    assert client.get(f"{URL}{hotfix.pk}/").status_code == 200
    assert client.post(f"{URL}{hotfix.pk}/draft/").status_code == 403
    assert client.get(f"{URL}{hotfix.pk}/edit/").status_code == 403


def test_publishing_twice_keeps_one_version(acme, rita, hotfix):
    with org_scope(acme):
        draft = draft_of(hotfix, by=rita, at=JUNE_1)
        publish(draft, by=rita, at=JUNE_1)

        with pytest.raises(Exception, match="already"):
            publish(draft, by=rita, at=JUNE_1)
        assert Template.objects.get().versions.count() == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_any_number_of_templates(
    client, acme, rita, rows, django_assert_max_num_queries
):
    with org_scope(acme):
        for _n in range(rows):
            take_over("monthly", by=rita, at=JUNE_1)
    client.force_login(rita)

    with django_assert_max_num_queries(11):
        response = client.get(URL)

    assert response.content.count(b'<tr id="template-') == rows


def test_a_working_calendar_is_kept_with_its_exceptions(client, acme, rita):
    client.force_login(rita)
    fields = {
        "name": "Bavaria",
        "country": "DE",
        "subdivision": "BY",
        "weekend": ["6", "7"],
        "is_default": "on",
    }

    refused = client.post("/o/acme/portfolio/calendars/new/", fields | {"subdivision": "XX"})
    client.post("/o/acme/portfolio/calendars/new/", fields)
    with org_scope(acme):
        calendar = WorkingCalendar.objects.get()
    day = {"day": "2026-12-28", "is_working": "off", "name": "Bridge day"}
    client.post(f"/o/acme/portfolio/calendars/{calendar.pk}/exceptions/", day)
    twice = client.post(f"/o/acme/portfolio/calendars/{calendar.pk}/exceptions/", day)

    assert (refused.status_code, twice.status_code) == (422, 422)
    with org_scope(acme):
        assert calendar.workdays().holiday(date(2026, 12, 28)) == "Bridge day"
        exception = CalendarException.objects.get()
    assert b"Corpus Christi" in client.get(f"/o/acme/portfolio/calendars/{calendar.pk}/").content
    client.post(f"/o/acme/portfolio/calendar-exceptions/{exception.pk}/removal/")
    with org_scope(acme):
        assert not CalendarException.objects.exists()


def test_a_new_standard_takes_the_place_of_the_old_one(client, acme, rita):
    client.force_login(rita)
    for name in ("One", "Two"):
        client.post("/o/acme/portfolio/calendars/new/", {"name": name, "weekend": ["7"], "is_default": "on"})

    with org_scope(acme):
        assert WorkingCalendar.objects.standard().name == "Two"


@pytest.mark.parametrize("typed", ["2027-03-28T02:30", "2026-10-25T02:30"])
def test_a_local_time_in_the_gap_or_the_repeated_hour_is_refused_at_the_field(
    client, acme, rita, bank, typed
):
    client.force_login(rita)
    data = {
        "name": "Freeze",
        "is_hard": "hard",
        "stops": ["go_live"],
        "portfolio": bank.pk,
        "ends_at": "2027-06-01T00:00",
        "starts_at": typed,
    }
    rita.time_zone = "Europe/Berlin"
    rita.save()

    response = client.post("/o/acme/calendar/blockouts/new/", data)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["starts_at"]
