"""The pages of dependencies, as people use them."""

from datetime import date

import pytest

from calendar_app.dependencies.answers import accept
from calendar_app.models import Dependency, Gate, Release
from releasemgr.tenancy.scope import org_scope
from tests.calendar_app.conftest import person
from tests.calendar_app.test_dependencies import needed
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

MOUNT = "/o/acme/calendar"
HTMX = {"HX-Request": "true"}


def text_of(response):
    return response.content.decode()


def test_asked_on_the_tab_and_answered_by_the_owner_of_the_provider(client, world, rita, vic):
    Release.objects.filter(pk=world.october.pk).update(owner=person(vic))
    ready = Gate.objects.create(release=world.october, name="Interface ready", planned_date=date(2026, 9, 1))
    client.force_login(rita)
    form = text_of(client.get(f"{MOUNT}/releases/1/dependencies/new/?provider={world.october.pk}&title=API"))
    assert "Interface ready" in form
    assert 'value="API"' in form
    given = {
        "title": "API",
        "provider": world.october.pk,
        "provider_gate": ready.pk,
        "needed_by": "2026-08-20",
    }
    assert (
        client.post(f"{MOUNT}/releases/1/dependencies/new/", given)["Location"] == f"{MOUNT}/dependencies/1/"
    )
    circle = {"title": "Back", "provider": world.september.pk, "needed_by": "2026-08-20"}
    refused = client.post(f"{MOUNT}/releases/2/dependencies/new/", circle)
    assert refused.status_code == 422
    assert "REL-2 October → REL-1 September → REL-2 October" in text_of(refused)

    client.force_login(vic)  # a viewer, and the owner of October
    assert "NEED-1" in text_of(client.get(f"{MOUNT}/dependencies/?show=mine"))
    assert client.post(f"{MOUNT}/dependencies/1/withdrawal/").status_code == 403
    assert client.get(f"{MOUNT}/dependencies/1/waiver/").status_code == 403
    client.post(f"{MOUNT}/dependencies/1/acceptance/", {"version": 1, "promised_on": "2026-08-25"})
    unsaid = client.post(f"{MOUNT}/dependencies/1/promise/", {"version": 2, "promised_on": "2026-08-30"})
    assert unsaid.status_code == 422
    client.post(
        f"{MOUNT}/dependencies/1/promise/", {"version": 2, "promised_on": "2026-08-30", "reason": "Two ill"}
    )

    page = text_of(client.get(f"{MOUNT}/dependencies/1/"))
    assert "25 Aug 2026" in page
    assert "Two ill" in page
    with org_scope(world.september.org):
        assert Dependency.objects.get().promised_on == date(2026, 8, 30)


def test_whole_pages_fragments_roles_and_strangers(client, world, rita, vic, mallory):
    accept(
        [needed(world.september, of=world.october, rita=rita)],
        promised_on=date(2026, 9, 1),
        by=rita,
        at=JUNE_1,
    )
    paths = [
        "dependencies/",
        "dependencies/1/",
        "releases/1/dependencies/",
        "releases/2/dependencies/",
        "dependencies/1/edit/",
        "dependencies/1/promise/",
        "dependencies/1/waiver/",
        "releases/1/dependencies/new/",
    ]
    for path in paths:
        client.force_login(rita)
        whole, part = client.get(f"{MOUNT}/{path}"), client.get(f"{MOUNT}/{path}", headers=HTMX)
        peek = client.get(f"{MOUNT}/{path}", headers={**HTMX, "HX-Target": "peek-body"})
        assert (path, whole.status_code, part.status_code, peek.status_code) == (path, 200, 200, 200)
        assert "<html" not in text_of(part) + text_of(peek)
        client.force_login(vic)
        assert client.get(f"{MOUNT}/{path}").status_code == (200 if path in paths[:4] else 403)
        client.force_login(mallory)
        assert client.get(f"{MOUNT}/{path}").status_code == 404


def test_the_late_ones_come_first_and_the_export_says_how_they_stand(client, world, rita):
    needed(world.september, of=world.october, rita=rita, needed_by=date(2100, 1, 1))
    needed(world.september, of=world.october, rita=rita, needed_by=date(2026, 6, 2))
    client.force_login(rita)

    page = text_of(client.get(f"{MOUNT}/dependencies/"))
    assert page.index('id="dependency-2"') < page.index('id="dependency-1"')
    lines = (
        b"".join(client.get(f"{MOUNT}/dependencies/export/?state=late").streaming_content)
        .decode()
        .splitlines()
    )
    assert lines[1] == ("NEED-2,The new interface,REL-1,,REL-2,,,2026-06-02,,2026-10-01,requested,late,")
    assert len(lines) == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_the_same_for_any_number_of_rows(client, world, rita, rows, django_assert_num_queries):
    for n in range(rows):
        needed(world.september, of=world.october, rita=rita, gate=world.gate, description=str(n))
    client.force_login(rita)
    client.get(f"{MOUNT}/dependencies/")

    with django_assert_num_queries(10):
        listed = client.get(f"{MOUNT}/dependencies/")
    with django_assert_num_queries(11):
        tab = client.get(f"{MOUNT}/releases/1/dependencies/")

    assert [page.content.count(b'<tr id="dependency-') for page in (listed, tab)] == [rows, rows]
