"""The pages of releases, gates, conflicts and blockouts, as people use them."""

from datetime import date, timedelta

import pytest
from django.urls import Resolver404, resolve

from calendar_app.blockouts import plan_blockouts
from calendar_app.deployments import plan_deployments
from calendar_app.gates.rounds import submit
from calendar_app.models import Blockout, Claim, Conflict, Deployment, Gate, Phase, Release
from calendar_app.releases.lifecycle import baseline
from releasemgr.activity.models import Entry
from releasemgr.tenancy.scope import org_scope
from tests.calendar_app.conftest import release
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
MOUNT = "/o/acme/calendar"


@pytest.fixture
def as_rita(client, rita):
    client.force_login(rita)
    return client


@pytest.fixture
def clash(world, rita):
    """A blockout over the go-live of September."""
    at = JUNE_1 + timedelta(days=91)
    row = Blockout(name="Quarter end", project=world.payments, starts_at=at, ends_at=at + timedelta(days=2))
    return plan_blockouts([row], by=rita, at=JUNE_1).rows[0]


def text_of(response):
    return response.content.decode()


def pages(world, blockout):
    conflict = Conflict.objects.get()
    return [
        "releases/",
        "releases/new/",
        "releases/1/",
        "releases/1/edit/",
        "releases/1/target/",
        "releases/1/go-live/",
        "releases/1/phases/new/",
        "releases/1/phases/1/",
        "releases/1/phases/1/edit/",
        "releases/1/milestones/new/",
        f"milestones/{world.summit.pk}/",
        f"milestones/{world.summit.pk}/edit/",
        "releases/1/gates/new/",
        f"gates/{world.gate.pk}/",
        f"gates/{world.gate.pk}/edit/",
        f"gates/{world.gate.pk}/decision/",
        "conflicts/",
        f"conflicts/{conflict.pk}/",
        f"conflicts/{conflict.pk}/acceptance/",
        f"conflicts/{conflict.pk}/assignment/",
        "blockouts/",
        "blockouts/new/",
        f"blockouts/{blockout.pk}/",
        f"blockouts/{blockout.pk}/edit/",
    ]


def test_every_page_opens_whole_and_as_a_fragment(as_rita, world, clash):
    for path in pages(world, clash):
        whole = as_rita.get(f"{MOUNT}/{path}")
        part = as_rita.get(f"{MOUNT}/{path}", headers=HTMX)
        peek = as_rita.get(f"{MOUNT}/{path}", headers={**HTMX, "HX-Target": "peek-body"})
        assert (path, whole.status_code, part.status_code, peek.status_code) == (path, 200, 200, 200)
        assert "<html" in text_of(whole)
        assert "<html" not in text_of(part)
        assert "<html" not in text_of(peek)


def test_another_organisation_finds_nothing(client, mallory, world, clash):
    client.force_login(mallory)

    for path in pages(world, clash):
        assert client.get(f"{MOUNT}/{path}").status_code == 404


def test_a_viewer_looks_and_changes_nothing(client, vic, world, clash):
    client.force_login(vic)

    for path in pages(world, clash):
        is_form = path.rsplit("/", 2)[-2] in {
            "new", "edit", "target", "go-live", "decision", "acceptance", "assignment"
        }  # fmt: skip
        assert (path, client.get(f"{MOUNT}/{path}").status_code) == (path, 403 if is_form else 200)
    assert client.post(f"{MOUNT}/releases/1/cancellation/").status_code == 403
    assert client.post(f"{MOUNT}/blockouts/{clash.pk}/cancellation/").status_code == 403


def test_every_claim_leads_to_a_page(world, clash, rita):
    row = Deployment(
        application=world.ledger,
        stage="prd",
        version_label="1",
        planned_start=JUNE_1,
        planned_end=JUNE_1 + timedelta(hours=1),
    )
    plan_deployments([row], by=rita, at=JUNE_1)
    broken = []
    for path in set(Claim.objects.exclude(kind="deployment").values_list("path", flat=True)):
        try:
            resolve(f"/{path}", urlconf="releasemgr.org_urls")
        except Resolver404:
            broken.append(path)

    assert broken == []


def test_numbers_beyond_any_column_are_not_found(as_rita, world):
    assert as_rita.get(f"{MOUNT}/releases/99999999999999/").status_code == 404
    assert as_rita.get(f"{MOUNT}/releases/1/phases/99999999/").status_code == 404


def test_the_list_filters_sorts_and_shows_how_releases_stand(as_rita, world, clash):
    page = text_of(as_rita.get(f"{MOUNT}/releases/?q=sept"))
    assert page.count('<tr id="release-') == 1
    assert "1/1 phases" not in page
    assert '0/1 phases,</span> <span class="nowrap">0/1 gates' in page

    by_number = text_of(as_rita.get(f"{MOUNT}/releases/?q=REL-2&sort=-name"))
    assert "October" in by_number
    assert by_number.count('<tr id="release-') == 1
    assert text_of(as_rita.get(f"{MOUNT}/releases/?portfolio={world.bank.pk}")).count('<tr id="release-') == 2
    assert (
        text_of(as_rita.get(f"{MOUNT}/releases/?application={world.portal.pk}")).count('<tr id="release-')
        == 1
    )
    assert "No release fits" in text_of(as_rita.get(f"{MOUNT}/releases/?status=cancelled"))


def test_a_filter_with_a_forged_value_says_so(as_rita, world):
    assert as_rita.get(f"{MOUNT}/releases/?portfolio=nonsense&project=1&page=x&sort=drop").status_code == 200


def test_the_export_guards_against_formulas(as_rita, world, payments, rita):
    release(payments, "=HYPERLINK()", date(2026, 11, 1), rita)

    lines = b"".join(as_rita.get(f"{MOUNT}/releases/export/?q=hyper").streaming_content).decode().splitlines()

    assert lines[0].startswith("number,name,kind")
    assert lines[1].split(",")[:3] == ["REL-3", "'=HYPERLINK()", "project"]


def test_planning_a_release_by_form(as_rita, world):
    answer = as_rita.post(
        f"{MOUNT}/releases/new/",
        {
            "name": "Instant payments",
            "kind": "project",
            "project": world.payments.pk,
            "risk": "high",
            "starts_on": "2026-10-01",
            "target_date": "2026-12-01",
            "applications": [world.ledger.pk, world.portal.pk],
        },
    )

    assert answer.url == f"{MOUNT}/releases/3/"
    assert Claim.objects.filter(kind="go_live", release_id=Release.objects.get(number=3).pk).count() == 3


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"target_date": "2026-01-01"}, "target_date"),
        ({"name": "x" * 161}, "name"),
        ({"description": "x" * 20_001}, "description"),
        ({"project": "019a0000-0000-7000-8000-000000000000"}, "project"),
        ({"project": ""}, "project"),
        ({"starts_on": "03/11/2026"}, "starts_on"),
        ({"starts_on": "0001-01-01"}, "starts_on"),
        ({"kind": "train"}, "kind"),
    ],
)
def test_a_wrong_release_is_refused_at_the_field(as_rita, world, wrong, field):
    right = {
        "name": "X",
        "kind": "project",
        "project": world.payments.pk,
        "risk": "low",
        "starts_on": "2026-10-01",
    }

    answer = as_rita.post(f"{MOUNT}/releases/new/", right | wrong)

    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in text_of(answer)
    assert Release.objects.count() == 2


def test_a_project_of_another_organisation_is_no_choice(as_rita, world, globex, in_acme, django_db_blocker):
    answer = as_rita.get(f"{MOUNT}/releases/new/")

    assert "Globex" not in text_of(answer)
    with pytest.raises(Exception, match="another organisation"), org_scope(globex):
        pass


def test_who_saves_second_sees_both_values_and_chooses(as_rita, world, olga):
    form = {
        "name": "September",
        "risk": "high",
        "project": world.payments.pk,
        "starts_on": "2026-07-01",
        "version": 1,
    }
    first = as_rita.post(f"{MOUNT}/releases/1/edit/", form | {"target_date": "2026-09-08"})
    assert first.status_code == 302

    second = as_rita.post(f"{MOUNT}/releases/1/edit/", form | {"target_date": "2026-09-15", "risk": "low"})

    assert second.status_code == 409
    words = text_of(second)
    assert "8 Sep 2026" in words
    assert "15 Sep 2026" in words
    assert 'name="version" value="2"' in words
    assert Release.objects.get(number=1).target_date == date(2026, 9, 8)

    third = as_rita.post(
        f"{MOUNT}/releases/1/edit/",
        form
        | {
            "target_date": "2026-09-15",
            "risk": "low",
            "version": 2,
            "keep-target_date": "theirs",
            "keep-risk": "mine",
        },
    )
    assert third.status_code == 302
    row = Release.objects.get(number=1)
    assert (row.target_date, row.risk) == (date(2026, 9, 8), "low")


def test_moving_shows_the_price_first_then_moves_and_can_be_undone(as_rita, world, clash, rita):
    url = f"{MOUNT}/releases/1/target/"
    before = Entry.objects.count()
    preview = as_rita.post(url, {"target_date": "2026-09-08", "version": 1}, headers=HTMX)
    words = text_of(preview)
    assert "It ends 1 conflict" in words
    assert "SIT exit" in words
    assert Entry.objects.count() == before
    seen = words.split('name="seen" value="')[1].split('"')[0]

    applied = as_rita.post(url, {"target_date": "2026-09-08", "version": 1, "seen": seen, "apply": "1"})

    assert applied.status_code == 302
    assert Phase.objects.get().ends_on == date(2026, 7, 24)
    act_id = Entry.objects.filter(verb="moved").first().act_id
    undone = as_rita.post(f"/o/acme/changes/{act_id}/reversal/", {"next": f"{MOUNT}/releases/1/"})
    assert undone.url == f"{MOUNT}/releases/1/"
    assert (Release.objects.get(number=1).target_date, Phase.objects.get().ends_on) == (
        date(2026, 9, 1),
        date(2026, 7, 17),
    )


def test_a_preview_that_is_outdated_is_not_applied(as_rita, world):
    url = f"{MOUNT}/releases/1/target/"

    answer = as_rita.post(url, {"target_date": "2026-09-08", "version": 1, "seen": "old", "apply": "1"})

    assert answer.status_code == 409
    assert "Something changed since this preview" in text_of(answer)
    assert Release.objects.get(number=1).target_date == date(2026, 9, 1)


def test_a_dropped_bar_opens_the_form_with_its_new_date(as_rita, world):
    form = text_of(as_rita.get(f"{MOUNT}/releases/1/target/?from=2026-07-08&to=2026-09-08"))

    assert 'value="2026-09-08"' in form


def test_only_the_author_may_undo_and_stays_on_the_site(client, olga, rita, world):
    act_id = baseline([world.september], by=rita, at=JUNE_1).act_id
    client.force_login(olga)
    assert client.post(f"/o/acme/changes/{act_id}/reversal/").status_code == 403

    client.force_login(rita)
    answer = client.post(f"/o/acme/changes/{act_id}/reversal/", {"next": "https://evil.example/"})

    assert answer.url == "/o/acme/"
    assert client.post(f"/o/acme/changes/{world.bank.pk}/reversal/").status_code == 404


def test_steps_of_a_release_by_button(as_rita, world):
    for noun, status in (("start", "active"), ("hold", "on_hold"), ("resumption", "active")):
        as_rita.post(f"{MOUNT}/releases/1/{noun}/")
        assert Release.objects.get(number=1).status == status
    lost = as_rita.post(f"{MOUNT}/releases/1/hold/", {"version": "1"})
    assert lost.status_code == 409
    assert "Rita" in text_of(lost)
    assert as_rita.get(f"{MOUNT}/releases/1/start/").status_code == 405


def test_a_gate_is_decided_on_its_page(as_rita, world, rita):
    as_rita.post(f"{MOUNT}/gates/{world.gate.pk}/submission/")
    refused = as_rita.post(f"{MOUNT}/gates/{world.gate.pk}/decision/", {"decision": "rejected", "version": 2})
    assert refused.status_code == 422
    assert 'id="id_note-error"' in text_of(refused)

    as_rita.post(
        f"{MOUNT}/gates/{world.gate.pk}/decision/",
        {"decision": "conditional", "note": "With a workaround", "version": 2},
    )

    assert Gate.objects.get().state == "conditional"
    assert "With a workaround" in text_of(as_rita.get(f"{MOUNT}/gates/{world.gate.pk}/"))


def test_phases_and_milestones_by_form(as_rita, world):
    as_rita.post(
        f"{MOUNT}/releases/1/phases/new/",
        {"name": "UAT", "kind": "uat", "starts_on": "2026-07-20", "ends_on": "2026-07-31"},
    )
    as_rita.post(f"{MOUNT}/releases/1/phases/2/entry/")
    as_rita.post(f"{MOUNT}/releases/1/phases/2/exit/")
    assert Phase.objects.get(position=2).status == "done"

    outside = as_rita.post(
        f"{MOUNT}/releases/1/phases/1/edit/",
        {"name": "SIT", "kind": "sit", "starts_on": "2026-06-01", "ends_on": "2026-07-31", "version": 1},
    )
    assert outside.status_code == 422
    assert 'id="id_starts_on-error"' in text_of(outside)
    as_rita.post(
        f"{MOUNT}/milestones/{world.summit.pk}/edit/",
        {"name": "Board", "starts_on": "2026-07-20", "ends_on": "2026-07-20", "version": 1},
    )
    assert Claim.objects.get(kind="milestone").title == "Board"


def test_a_conflict_is_assigned_accepted_and_opened_again(as_rita, world, clash):
    conflict = Conflict.objects.get()
    url = f"{MOUNT}/conflicts/{conflict.pk}"
    assert as_rita.post(f"{url}/acceptance/", {"reason": "", "version": 1}).status_code == 422
    past = as_rita.post(
        f"{url}/acceptance/", {"reason": "Agreed", "accepted_until": "2020-01-01", "version": 1}
    )
    assert 'id="id_accepted_until-error"' in text_of(past)

    as_rita.post(f"{url}/acceptance/", {"reason": "Agreed with the board", "version": 1})

    assert text_of(as_rita.get(f"{MOUNT}/conflicts/")).count('<tr id="conflict-') == 0
    assert text_of(as_rita.get(f"{MOUNT}/conflicts/?state=accepted")).count('<tr id="conflict-') == 1
    as_rita.post(f"{url}/reopening/", {"version": 2})
    assert (
        text_of(as_rita.get(f"{MOUNT}/conflicts/?release={world.september.pk}")).count('<tr id="conflict-')
        == 1
    )


def test_a_blockout_by_form(as_rita, world):
    right = {
        "name": "Freeze",
        "is_hard": "soft",
        "stops": ["phase", "go_live"],
        "starts_at": "2026-12-20T00:00",
        "ends_at": "2027-01-02T00:00",
    }
    two = as_rita.post(
        f"{MOUNT}/blockouts/new/", right | {"project": world.payments.pk, "application": world.ledger.pk}
    )
    assert two.status_code == 422
    assert 'id="id_application-error"' in text_of(two)
    reversed_times = as_rita.post(
        f"{MOUNT}/blockouts/new/", right | {"project": world.payments.pk, "ends_at": "2026-12-01T00:00"}
    )
    assert 'id="id_ends_at-error"' in text_of(reversed_times)
    nothing = as_rita.post(f"{MOUNT}/blockouts/new/", right | {"portfolio": world.bank.pk, "stops": []})
    assert 'id="id_stops-error"' in text_of(nothing)

    as_rita.post(f"{MOUNT}/blockouts/new/", right | {"portfolio": world.bank.pk})

    row = Blockout.objects.get()
    assert (row.portfolio, row.is_hard, row.starts_at.isoformat()) == (
        world.bank,
        False,
        "2026-12-19T23:00:00+00:00",
    )
    assert set(row.stops) == {"go_live", "phase"}
    assert set(Claim.objects.filter(kind="blockout").values_list("part", flat=True)) == {"go_live+phase"}
    page = text_of(as_rita.get(f"{MOUNT}/blockouts/{row.pk}/"))
    assert "Go-lives, The work of every phase (a shutdown)" in page
    as_rita.post(f"{MOUNT}/blockouts/{row.pk}/cancellation/")
    assert Claim.objects.filter(kind="blockout").count() == 0


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("path", "noun", "queries"),
    [("releases/", "release", 17), ("conflicts/", "conflict", 10), ("blockouts/", "blockout", 7)],
)
def test_lists_cost_the_same_for_any_number_of_rows(
    as_rita, payments, bank, rita, rows, path, noun, queries, django_assert_num_queries
):
    for n in range(rows):
        release(payments, f"Release {n}", date(2026, 9, 1) + timedelta(days=30 * n), rita)
        at = JUNE_1 + timedelta(days=90 + 30 * n)
        blockout = Blockout(
            name=f"Freeze {n}", project=payments, starts_at=at, ends_at=at + timedelta(days=5)
        )
        plan_blockouts([blockout], by=rita, at=JUNE_1)

    with django_assert_num_queries(queries):
        response = as_rita.get(f"{MOUNT}/{path}")

    assert response.content.count(f'<tr id="{noun}-'.encode()) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_a_release_costs_the_same_for_any_number_of_parts(
    as_rita, world, rita, rows, django_assert_num_queries
):
    parent = Release(kind="enterprise", name="Autumn", number=90, target_date=date(2026, 12, 1))
    parent.save()
    for n in range(rows):
        release(world.payments, f"Child {n}", date(2026, 9, 1) + timedelta(days=30 * n), rita, parent=parent)
        Phase.objects.create(
            release=parent,
            kind="sit",
            name="SIT",
            position=n,
            starts_on=date(2026, 7, 6),
            ends_on=date(2026, 7, 7),
        )
        Gate.objects.create(release=parent, name=f"Gate {n}", planned_date=date(2026, 7, 6))
    submit(list(Gate.objects.filter(release=parent).select_related("release")), by=rita, at=JUNE_1)

    with django_assert_num_queries(29):
        response = as_rita.get(f"{MOUNT}/releases/90/")

    assert response.content.count(b'<tr id="release-') == rows
    assert response.content.count(b'<tr id="gate-') == rows
