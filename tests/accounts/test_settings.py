"""The organisation's settings and a person's preferences."""

import pytest

from releasemgr.activity.models import Entry, FactMark
from releasemgr.changes import nouns
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import current_org, org_scope

pytestmark = pytest.mark.django_db

SETTINGS, PREFERENCES = "/o/acme/settings/", "/o/acme/preferences/"


def test_a_new_zone_is_recorded_and_marks_the_figures(client, acme, olga):
    client.force_login(olga)

    response = client.post(
        SETTINGS, {"name": "Acme", "time_zone": "Asia/Tokyo", "currency": "JPY", "version": 1}
    )

    acme.refresh_from_db()
    assert response.status_code == 302
    assert (acme.time_zone, acme.currency, acme.version) == ("Asia/Tokyo", "JPY", 2)
    with org_scope(acme):
        assert Entry.objects.get(noun="organisation").changes["time_zone"] == ["Europe/Berlin", "Asia/Tokyo"]
    assert FactMark.objects.filter(org_id=acme.pk, entity="organisation").count() == 1


def test_what_settles_after_the_change_reads_the_new_zone_in_the_scope(client, acme, olga, monkeypatch):
    seen = []
    noun = nouns.Noun(
        Organisation, settle=lambda rows: seen.append((current_org().zone.key, rows[0].time_zone))
    )
    monkeypatch.setitem(nouns.nouns, "organisation", noun)
    client.force_login(olga)

    client.post(SETTINGS, {"name": "Acme", "time_zone": "Asia/Tokyo", "currency": "EUR", "version": 1})

    assert seen == [("Asia/Tokyo", "Asia/Tokyo")]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"currency": "euro"}, "currency"),
        ({"currency": "eur"}, "currency"),
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"version": "1; drop"}, "version"),
    ],
)
def test_settings_that_make_no_sense_are_refused_at_their_field(client, acme, olga, sent, field):
    client.force_login(olga)

    response = client.post(
        SETTINGS, {"name": "Acme", "time_zone": "UTC", "currency": "EUR", "version": 1} | sent
    )

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    acme.refresh_from_db()
    assert (acme.name, acme.time_zone, acme.version) == ("Acme", "Europe/Berlin", 1)


def test_a_second_administrator_sees_both_zones(client, acme, olga):
    client.force_login(olga)
    both = {"name": "Acme", "currency": "EUR", "version": 1}
    client.post(SETTINGS, both | {"time_zone": "UTC"})

    late = client.post(SETTINGS, both | {"time_zone": "Asia/Tokyo"})

    assert late.status_code == 409
    assert late.context["form"].conflict["fields"] == [
        {"label": "Time zone", "name": "time_zone", "mine": "Asia/Tokyo", "theirs": "UTC"}
    ]


def test_preferences_hold_at_once_and_show_times_in_the_persons_zone(client, acme, rita):
    client.force_login(rita)

    response = client.post(
        PREFERENCES,
        {"name": "Rita R.", "time_zone": "America/New_York", "theme": "dark", "density": "compact"},
        follow=True,
    )

    assert b'data-bs-theme="dark"' in response.content
    assert b'data-density="compact"' in response.content
    rita.refresh_from_db()
    assert (rita.name, rita.time_zone) == ("Rita R.", "America/New_York")


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"time_zone": "Mars/Olympus"}, "time_zone"), ({"theme": "pink"}, "theme"), ({"name": ""}, "name")],
)
def test_preferences_that_do_not_exist_are_refused(client, acme, rita, sent, field):
    client.force_login(rita)

    response = client.post(
        PREFERENCES, {"name": "Rita", "time_zone": "", "theme": "dark", "density": "compact"} | sent
    )

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    rita.refresh_from_db()
    assert rita.theme == "system"
