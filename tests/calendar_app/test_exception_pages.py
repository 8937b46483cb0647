"""The pages of exception requests, as people use them."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import now

from calendar_app.exceptions.requests import grant
from calendar_app.models import Blockout, Criterion, ExceptionRequest, Gate
from releasemgr.portfolio.models import Portfolio, Project
from releasemgr.tenancy.scope import org_scope
from tests.calendar_app.conftest import asked, release
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

MOUNT = "/o/acme/calendar/exceptions"
HTMX = {"HX-Request": "true"}
DAY = timedelta(days=1)


def text_of(response):
    return response.content.decode()


def answers(**changed):
    """What Rita types into the form."""
    given = {
        "subject": "Open defects",
        "reason": "The fix comes a week later.",
        "risk_if_granted": "A few customers see it.",
        "risk_if_refused": "The release waits a quarter.",
        "expires_on": (now() + 30 * DAY).date().isoformat(),
    }
    return given | changed


def test_a_waiver_from_the_link_at_the_criterion_to_the_decision(client, world, unmet, olgas, olga, rita):
    client.force_login(rita)
    url = f"{MOUNT}/new/?kind=waiver&criterion={unmet.pk}"
    form = text_of(client.get(url))
    assert "REL-1 September" in form
    assert f'value="{unmet.pk}" selected' in form
    assert 'value="No open severity 1"' in form

    missing = client.post(url, answers(criterion=unmet.pk, reason=""))
    assert missing.status_code == 422
    assert 'id="id_reason-error"' in text_of(missing)
    done = client.post(url, answers(criterion=unmet.pk, approver=olgas.pk))
    assert done["Location"] == f"{MOUNT}/1/"

    client.force_login(olga)
    assert "EXC-1" not in text_of(client.get(f"{MOUNT}/?show=expiring"))
    assert "EXC-1" in text_of(client.get(f"{MOUNT}/?show=mine"))
    page = text_of(client.get(f"{MOUNT}/1/decision/"))
    assert "may pass although “No open severity 1” is not met" in page
    forever = client.post(f"{MOUNT}/1/decision/", {"version": 1, "verdict": "grant"})
    assert forever.status_code == 422
    assert "nothing is granted for ever" in text_of(forever)
    until = (now() + 9 * DAY).date()
    client.post(f"{MOUNT}/1/decision/", {"version": 1, "verdict": "grant", "expires_on": until.isoformat()})

    with org_scope(world.september.org):
        row = ExceptionRequest.objects.get()
        assert (row.state, row.last_day, row.decided_by_name) == ("granted", until, "Olga")
    assert "EXC-1" in text_of(client.get(f"{MOUNT}/?show=expiring&state=in_force&kind=waiver"))


def test_without_a_kind_the_page_asks_what_for(client, world, rita):
    client.force_login(rita)

    assert "What for" in text_of(client.get(f"{MOUNT}/new/"))
    assert client.post(f"{MOUNT}/new/").status_code == 422
    for forged in ("kind=nonsense", "kind=waiver&release=x", "kind=late_entry&nomination=1", "kind=waiver"):
        assert client.get(f"{MOUNT}/new/?{forged}").status_code == 200
    assert "Go-live later than" in text_of(client.get(f"{MOUNT}/new/?kind=baseline&release=1"))


def test_a_criterion_of_another_organisation_is_not_known(client, acme, rita, globex, mallory):
    with org_scope(globex):
        node = Portfolio.objects.create(name="All")
        far = release(
            Project.objects.create(key="far", name="Far", portfolio=node), "Far", date(2026, 9, 1), mallory
        )
        gate = Gate.objects.create(release=far, name="Exit", planned_date=JUNE_1.date())
        hidden = Criterion.objects.create(gate=gate, name="Secret of Globex")
    client.force_login(rita)

    for answer in (
        client.get(f"{MOUNT}/new/?kind=waiver&criterion={hidden.pk}"),
        client.post(f"{MOUNT}/new/?kind=waiver&criterion={hidden.pk}", answers(criterion=hidden.pk)),
    ):
        assert "Secret of Globex" not in text_of(answer)
        assert "Say which release asks" in text_of(answer)


def test_only_who_is_named_comes_to_the_decision(client, world, unmet, olgas, olga, rita, vic, emma):
    asked(world, olgas, rita, criterion=unmet)

    for user, status in ((rita, 403), (vic, 403), (emma, 403), (olga, 200)):
        client.force_login(user)
        assert client.get(f"{MOUNT}/1/decision/").status_code == status
        assert ("Decide…" in text_of(client.get(f"{MOUNT}/1/"))) == (status == 200)
    client.force_login(vic)
    assert client.post(f"{MOUNT}/1/withdrawal/").status_code == 403
    assert client.get(f"{MOUNT}/new/").status_code == 403


def test_a_decision_about_what_was_withdrawn_meanwhile_says_so(client, world, unmet, olgas, olga, rita):
    asked(world, olgas, rita, criterion=unmet)
    client.force_login(rita)
    client.post(f"{MOUNT}/1/withdrawal/", {"version": 1})
    client.force_login(olga)

    until = (now() + 9 * DAY).date().isoformat()
    answer = client.post(f"{MOUNT}/1/decision/", {"version": 1, "verdict": "grant", "expires_on": until})

    assert answer.status_code == 422
    assert "EXC-1 is “Withdrawn”" in text_of(answer)


def test_whole_pages_fragments_and_strangers(client, world, unmet, olgas, olga, rita, mallory):
    asked(world, olgas, rita, criterion=unmet)
    paths = ["", "new/", "new/?kind=waiver&release=1", "1/", "1/edit/", "1/decision/"]
    for path in paths:
        client.force_login(olga)
        whole, part = client.get(f"{MOUNT}/{path}"), client.get(f"{MOUNT}/{path}", headers=HTMX)
        peek = client.get(f"{MOUNT}/{path}", headers={**HTMX, "HX-Target": "peek-body"})
        assert (path, whole.status_code, part.status_code, peek.status_code) == (path, 200, 200, 200)
        assert "<html" in text_of(whole)
        assert "<html" not in text_of(part) + text_of(peek)
        client.force_login(mallory)
        assert client.get(f"{MOUNT}/{path}").status_code == 404


def test_the_export_guards_and_narrows(client, world, unmet, olgas, rita):
    asked(world, olgas, rita, criterion=unmet, subject="=cmd()")
    client.force_login(rita)

    lines = b"".join(client.get(f"{MOUNT}/export/?kind=waiver").streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("EXC-1,waiver,REL-1,September,'=cmd(),requested,no,Olga,")
    assert len(b"".join(client.get(f"{MOUNT}/export/?kind=blockout").streaming_content).splitlines()) == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_any_number_of_rows(
    client, world, olgas, olga, rita, rows, django_assert_num_queries
):
    freeze = Blockout.objects.create(
        name="Freeze", project=world.payments, starts_at=JUNE_1, ends_at=JUNE_1 + 9 * DAY
    )
    for n in range(rows):
        row = asked(world, olgas, rita, kind="blockout", blockout=freeze, subject=f"Hotfix {n}")
        grant([row], expires_at=JUNE_1 + 900 * DAY, by=olga, at=JUNE_1)
    client.force_login(rita)
    client.get(f"{MOUNT}/")

    with django_assert_num_queries(COST):
        response = client.get(f"{MOUNT}/")

    assert response.content.count(b'<tr id="exception-') == rows


COST = 9  # scope, session, user, membership; releases to filter by, count, page, counts by kind, release of scope
