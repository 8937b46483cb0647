"""The weekly check-in: one page, one save; who was not heard of is named; nobody's word is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils.timezone import now

from calendar_app.log.checkins import Said, Word, check_in
from calendar_app.log.weeks import expected, missing_of, monday_of
from calendar_app.models import CheckIn, Gate, LogItem, Phase, Release
from calendar_app.releases.lifecycle import cancel, start
from releasemgr.changes.revisions import Moved
from releasemgr.portfolio.models import Person, Portfolio, Project
from releasemgr.tenancy.days import local_date
from releasemgr.tenancy.scope import org_scope
from tests.calendar_app.conftest import release
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

URL = "/o/acme/calendar/check-in/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def pia(in_acme, pete):
    """Pete the project lead, as the person who owns releases."""
    return Person.objects.create(name="Pete", user_id=pete.pk)


@pytest.fixture
def owned(world, pia, rita):
    """September and October are Pete's; the system integration test of September is in progress."""
    Release.objects.all().update(owner=pia)
    Phase.objects.filter(pk=world.sit.pk).update(status="active", entered_at=JUNE_1)
    start(list(Release.objects.all()), by=rita, at=JUNE_1)
    return world


@pytest.fixture
def as_pete(client, pete):
    client.force_login(pete)
    return client


def week(acme):
    return monday_of(local_date(now(), acme.zone))


def fields_of(client, url=URL):
    """What the browser would send back unchanged."""
    return shown_on(client.get(url))


def shown_on(response):
    """The values of all fields of a page."""
    bounds = [bound for form in response.context["forms"] for bound in form]
    return {bound.html_name: "" if bound.value() is None else str(bound.value()) for bound in bounds}


def text_of(response):
    return response.content.decode()


def test_one_save_says_it_of_all_releases_moves_dates_and_raises_a_risk(as_pete, owned, acme):
    sent = fields_of(as_pete) | {
        "r1-health": "at_risk",
        "r1-sentence": "Vendor is a week late.",
        "r1-target_date": "2026-09-08",
        "r1-to1": "2026-07-20",
        "r1-risk": "Vendor slips again",
        "r1-probability": "4",
        "r1-impact": "4",
        "r2-sentence": "All well.",
    }

    answer = as_pete.post(URL, sent)

    assert answer.status_code == 302
    said = {one.release.name: one for one in CheckIn.objects.select_related("release")}
    assert (said["September"].health, said["September"].sentence) == ("at_risk", "Vendor is a week late.")
    assert (said["September"].week, said["September"].target_date) == (week(acme), date(2026, 9, 8))
    assert (said["October"].health, said["October"].made_by_name) == ("on_track", "Pete")
    assert Release.objects.get(number=1).target_date == date(2026, 9, 8)
    assert Gate.objects.get().planned_date == date(2026, 7, 24)  # moved with the go-live
    sit = Phase.objects.get()
    assert (sit.starts_on, sit.ends_on) == (date(2026, 7, 6), date(2026, 7, 20))  # as said, not as shifted
    risk = LogItem.objects.get()
    assert (risk.title, risk.score, risk.owner.name) == ("Vendor slips again", 16, "Pete")


def test_what_nobody_touched_is_not_said(as_pete, owned):
    as_pete.post(URL, fields_of(as_pete) | {"r2-sentence": "All well."})

    assert [one.release.name for one in CheckIn.objects.select_related("release")] == ["October"]
    page = text_of(as_pete.get(URL))
    assert "1 of 2 said this week" in page


def test_saying_it_again_corrects_the_week(as_pete, owned):
    as_pete.post(URL, fields_of(as_pete) | {"r1-sentence": "All well."})
    as_pete.post(URL, fields_of(as_pete) | {"r1-sentence": "Not so well.", "r1-health": "late"})

    row = CheckIn.objects.get()
    assert (row.sentence, row.health, row.version) == ("Not so well.", "late", 2)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"r1-health": "late"}, "Say in one sentence"),
        ({"r1-sentence": "x" * 301}, "300"),
        ({"r1-sentence": "x" * 5_000_000}, "300"),
        ({"r1-sentence": "S", "r1-target_date": ""}, "keeps having one"),
        ({"r1-sentence": "S", "r1-target_date": "2026-06-30"}, "before the start"),
        ({"r1-sentence": "S", "r1-target_date": "08/09/2026"}, "valid date"),
        ({"r1-sentence": "S", "r1-target_date": "2026-08-32"}, "valid date"),
        ({"r1-sentence": "S", "r1-from1": "2026-07-18"}, "SIT: The end lies before the start"),
        ({"r1-sentence": "S", "r1-to1": "2026-09-02"}, "SIT: The release goes live before that"),
        ({"r1-sentence": "S", "r1-risk": "x" * 201}, "200"),
        ({"r1-sentence": "S", "r1-risk": "A risk", "r1-impact": "7"}, "Impact"),
    ],
)
def test_a_wrong_row_is_refused_and_nothing_typed_is_lost(as_pete, owned, wrong, words):
    sent = fields_of(as_pete) | {"r2-sentence": "October is fine."} | wrong

    answer = as_pete.post(URL, sent, headers=HTMX)

    assert answer.status_code == 422
    page = text_of(answer)
    assert words in page
    assert "October is fine." in page
    assert (CheckIn.objects.count(), LogItem.objects.count()) == (0, 0)
    assert Release.objects.get(number=1).target_date == date(2026, 9, 1)


def test_a_child_may_move_with_its_enterprise_release_in_the_same_save(as_pete, owned, pia):
    top = Release(number=90, kind="enterprise", name="Autumn", owner=pia, target_date=date(2026, 9, 1))
    top.save()
    Release.objects.filter(number=1).update(parent=top)
    later = {"r1-sentence": "Later.", "r1-target_date": "2026-09-15"}

    alone = as_pete.post(URL, fields_of(as_pete) | later)
    assert alone.status_code == 422
    assert "Autumn goes live before that" in text_of(alone)

    both = as_pete.post(
        URL, fields_of(as_pete) | later | {"r90-sentence": "All later.", "r90-target_date": "2026-09-15"}
    )
    assert both.status_code == 302
    assert set(Release.objects.filter(number__in=[1, 90]).values_list("target_date", flat=True)) == {
        date(2026, 9, 15)
    }


def test_a_row_somebody_else_said_first_shows_both_and_keeps_the_rest(as_pete, owned, rita, acme):
    sent = fields_of(as_pete) | {"r1-sentence": "All well.", "r2-sentence": "October is fine."}
    september = Release.objects.get(number=1)
    word = Word(september.target_date, september.target_date)
    check_in([Said(september, 0, "late", "The vendor is gone.", word)], week(acme), by=rita, at=now())

    lost = as_pete.post(URL, sent, headers=HTMX)

    assert lost.status_code == 409
    page = text_of(lost)
    assert "Rita saved this first" in page
    assert "The vendor is gone." in page
    assert "All well." in page
    assert "October is fine." in page
    assert CheckIn.objects.count() == 1

    again = shown_on(lost) | {"keep-r1-sentence": "theirs", "keep-r1-health": "mine"}
    assert as_pete.post(URL, again).status_code == 302
    row = CheckIn.objects.get(release=september)
    assert (row.sentence, row.health) == ("The vendor is gone.", "on_track")
    assert CheckIn.objects.count() == 2


def test_a_date_somebody_else_moved_first_shows_both(as_pete, owned):
    sent = fields_of(as_pete) | {"r1-sentence": "As planned.", "r1-target_date": "2026-09-15"}
    Release.objects.filter(number=1).update(target_date=date(2026, 9, 8), version=9)

    lost = as_pete.post(URL, sent)

    assert lost.status_code == 409
    assert "8 Sep 2026" in text_of(lost)
    assert "15 Sep 2026" in text_of(lost)
    assert Release.objects.get(number=1).target_date == date(2026, 9, 8)
    as_pete.post(URL, shown_on(lost) | {"keep-r1-target_date": "mine"})
    assert Release.objects.get(number=1).target_date == date(2026, 9, 15)


def test_a_row_nobody_touched_does_not_stand_in_the_way_when_it_moved(as_pete, owned):
    sent = fields_of(as_pete) | {"r2-sentence": "All well."}
    Release.objects.filter(number=1).update(target_date=date(2026, 9, 8), version=9)

    assert as_pete.post(URL, sent).status_code == 302
    assert Release.objects.get(number=1).target_date == date(2026, 9, 8)


def test_a_release_that_was_cancelled_or_changed_hands_says_so(as_pete, owned, rita):
    sent = fields_of(as_pete) | {"r1-sentence": "S", "r1-target_date": "2026-09-08", "r2-sentence": "T"}
    cancel([Release.objects.get(number=1)], by=rita, at=now())

    refused = as_pete.post(URL, sent)
    assert refused.status_code == 422
    assert "no longer moves" in text_of(refused)
    assert CheckIn.objects.count() == 0


def test_nobody_speaks_for_others_but_release_managers(client, owned, vic, emma, rita, pia):
    Person.objects.create(name="Vic", user_id=vic.pk)
    sent = {"r1-version": "0", "r1-health": "late", "r1-sentence": "Mischief", "r1-target_date": "2026-09-01"}
    for user in (vic, emma):
        client.force_login(user)
        assert "September" not in text_of(client.get(f"{URL}?owner={pia.pk}"))
        assert client.post(URL, sent).status_code == 422
    assert CheckIn.objects.count() == 0

    client.force_login(rita)
    assert "September" in text_of(client.get(f"{URL}?owner={pia.pk}"))
    assert client.post(f"{URL}?owner={pia.pk}", fields_of(client, f"{URL}?owner={pia.pk}") | {"r1-sentence": "For Pete."}).status_code == 302  # fmt: skip
    assert CheckIn.objects.get().made_by_name == "Rita"


def test_a_viewer_who_owns_a_release_speaks_for_it(client, owned, vic):
    person = Person.objects.create(name="Vic", user_id=vic.pk)
    Release.objects.filter(number=2).update(owner=person)
    client.force_login(vic)

    assert client.post(URL, fields_of(client) | {"r2-sentence": "Fine."}).status_code == 302
    assert CheckIn.objects.get().made_by_name == "Vic"


def test_another_organisations_release_is_nobodys_row(client, owned, mallory):
    client.force_login(mallory)
    sent = {"r1-version": "0", "r1-health": "late", "r1-sentence": "Mischief"}

    assert client.post(URL, sent).status_code == 404
    assert CheckIn.objects.count() == 0


def test_an_account_without_a_person_is_told_why_the_page_is_empty(client, owned, emma):
    client.force_login(emma)

    assert "stands for no person" in text_of(client.get(URL))


def test_the_week_names_who_is_missing_and_old_weeks_stay_readable(as_pete, owned, acme, rita):
    as_pete.post(URL, fields_of(as_pete) | {"r2-sentence": "All well."})

    page = text_of(as_pete.get(f"{URL}weeks/"))
    assert 'Pete <span class="muted">(1)</span>' in page
    assert "All well." in page
    assert page.count('<tr id="release-') == 2
    earlier = text_of(as_pete.get(f"{URL}weeks/?week={week(acme) - timedelta(days=3)}"))
    assert "All well." not in earlier
    assert 'Pete <span class="muted">(2)</span>' in earlier
    lines = b"".join(as_pete.get(f"{URL}weeks/export/").streaming_content).decode().splitlines()
    assert len(lines) == 3
    for nonsense in ("x", "9999-12-31", "0001-01-01", "2026-02-30"):
        assert as_pete.get(f"{URL}weeks/?week={nonsense}&release=1&owner=x").status_code == 200


def test_who_is_expected_is_what_was_in_progress_when_the_week_ended(owned, acme, rita):
    zone = acme.zone
    last, before = date(2026, 6, 1), date(2026, 5, 25)  # started on 1 June
    assert expected(before, at=JUNE_1 + timedelta(days=30), zone=zone).count() == 0
    assert expected(last, at=JUNE_1 + timedelta(days=30), zone=zone).count() == 2

    cancel([Release.objects.get(number=1)], by=rita, at=JUNE_1 + timedelta(days=8))

    assert expected(last, at=JUNE_1 + timedelta(days=30), zone=zone).count() == 2
    assert expected(date(2026, 6, 8), at=JUNE_1 + timedelta(days=30), zone=zone).count() == 1
    assert [
        (one.name, one.count) for one in missing_of(last, Release.objects.all(), at=now(), zone=zone)
    ] == [("Pete", 2)]


@pytest.mark.parametrize(
    ("instant", "monday"),
    [
        ("2026-11-22T22:59:00+00:00", date(2026, 11, 16)),  # still Sunday in Berlin
        ("2026-11-22T23:00:00+00:00", date(2026, 11, 23)),
        ("2026-03-29T21:59:00+00:00", date(2026, 3, 23)),  # summer time began that morning
        ("2026-03-29T22:00:00+00:00", date(2026, 3, 30)),
    ],
)
def test_a_week_begins_on_the_organisations_monday(acme, instant, monday):
    assert monday_of(local_date(datetime.fromisoformat(instant), acme.zone)) == monday


def test_the_weeks_of_a_release_are_on_its_log(as_pete, owned):
    as_pete.post(URL, fields_of(as_pete) | {"r1-sentence": "The vendor is gone.", "r1-health": "late"})

    page = text_of(as_pete.get("/o/acme/calendar/releases/1/log/"))

    assert "The vendor is gone." in page
    assert "go-live then 1 Sep 2026" in page


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("path", "queries"), [("", 12), ("weeks/", 11)])
def test_the_check_in_costs_the_same_for_any_number_of_releases(
    as_pete, payments, pia, rita, acme, rows, path, queries, django_assert_num_queries
):
    for n in range(rows):
        row = release(payments, f"Release {n}", date(2026, 9, 1), rita)
        Release.objects.filter(pk=row.pk).update(owner=pia, status="active", started_at=JUNE_1)
        CheckIn.objects.create(
            release=row, week=week(acme), health="late", sentence="S", made_at=JUNE_1, made_by_name="Pete"
        )
        days = {"starts_on": date(2026, 7, 6), "ends_on": date(2026, 7, 7)}
        Phase.objects.create(release=row, kind="sit", name="SIT", status="active", **days)

    with django_assert_num_queries(queries):
        response = as_pete.get(f"{URL}{path}")

    mark = b'<section class="card check-in"' if not path else b'<tr id="release-'
    assert response.content.count(mark) == rows


@pytest.mark.django_db(transaction=True)
def test_two_people_who_say_it_of_one_release_at_once_have_one_outcome(acme, rita, pete):
    with org_scope(acme):
        node = Portfolio.objects.create(name="Retail bank")
        project = Project.objects.create(key="payments", name="Payments", portfolio=node)
        numbers = [release(project, f"Release {n}", date(2026, 9, 1), rita).number for n in range(6)]
    for number in numbers:
        barrier = Barrier(2)

        def say(user, health, days, number=number, barrier=barrier):
            try:
                with org_scope(acme):
                    row = Release.objects.select_related("parent").get(number=number)
                    target = Word(row.target_date, row.target_date + timedelta(days=days))
                    barrier.wait(timeout=10)
                    check_in(
                        [Said(row, 0, health, f"{user} says", target)], date(2026, 6, 1), by=user, at=JUNE_1
                    )
                    return "won"
            except Moved as moved:
                return sorted({collision.field for collision in moved.collisions})
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            found = [pool.submit(say, rita, "late", 7), pool.submit(say, pete, "on_track", 0)]
            outcomes = [one.result() for one in found]

        assert outcomes.count("won") == 1
        with org_scope(acme):
            row = CheckIn.objects.get(release__number=number)
            assert (row.made_by_name, row.target_date) in {
                ("Rita", date(2026, 9, 8)),
                ("Pete", date(2026, 9, 1)),
            }
            assert Release.objects.get(number=number).target_date == row.target_date
