"""The organisation's own words: kept on one page, and always saying what the product knows."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendar_app import vocabulary
from calendar_app.models import Release, ReleaseStatus, ReleaseType, RiskLevel
from calendar_app.releases import lifecycle
from calendar_app.releases.plans import edit, plan
from releasemgr.changes.revisions import Moved, Revision, rehearse, revise, undo
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db
WORDS = "/o/acme/calendar/words/"
RELEASES = "/o/acme/calendar/releases/"


def status(name, lifecycle, *, by, release_type=None):
    word = ReleaseStatus(name=name, lifecycle=lifecycle, release_type=release_type)
    return vocabulary.add_word(word, by=by, at=JUNE_1)


@pytest.fixture
def hotfix(world, rita):
    return vocabulary.add_word(ReleaseType(name="Hotfix"), by=rita, at=JUNE_1)


@pytest.fixture
def as_rita(client, rita):
    client.force_login(rita)
    return client


def fresh(release):
    return Release.objects.get(pk=release.pk)


def test_a_verb_picks_the_first_fitting_word_of_the_type_or_clears_it(world, rita, hotfix):
    status("Rolling", "active", by=rita)
    burning = status("Burning", "active", by=rita, release_type=hotfix)
    edit(world.september, {"release_type": hotfix}, by=rita, at=JUNE_1)

    (september,) = lifecycle.start([fresh(world.september)], by=rita, at=JUNE_1).rows
    (october,) = lifecycle.start([world.october], by=rita, at=JUNE_1).rows
    assert (september.own_status, october.own_status.name) == (burning, "Rolling")

    (september,) = lifecycle.hold([september], by=rita, at=JUNE_1).rows
    assert september.own_status is None
    assert vocabulary.misfits() == []


def test_a_word_that_means_another_value_goes_through_the_verb(world, rita):
    paused = status("Parked by the board", "on_hold", by=rita)
    lifecycle.say_status(world.september, paused, by=rita, at=JUNE_1)

    row = fresh(world.september)
    assert (row.status, row.own_status, row.held_since) == ("on_hold", paused, JUNE_1)


def test_a_way_the_lifecycle_does_not_know_is_refused(world, rita):
    planned = status("Drafted", "planned", by=rita)
    (row,) = lifecycle.start([world.september], by=rita, at=JUNE_1).rows

    with pytest.raises(ValidationError, match="cannot go from here"):
        lifecycle.say_status(row, planned, by=rita, at=JUNE_1)
    assert fresh(row).status == "active"


def test_a_word_of_another_type_and_a_retired_one_are_refused(world, rita, hotfix):
    burning = status("Burning", "planned", by=rita, release_type=hotfix)
    old = status("Sketched", "planned", by=rita)
    vocabulary.retire_words([old], by=rita, at=JUNE_1)

    for word in (burning, ReleaseStatus.objects.get(pk=old.pk)):
        with pytest.raises(ValidationError):
            lifecycle.say_status(world.september, word, by=rita, at=JUNE_1)


def test_the_verbs_of_two_who_say_a_status_at_once_agree_on_one(world, rita):
    first, second = status("Drafted", "planned", by=rita), status("Agreed", "planned", by=rita)
    seen = fresh(world.september)
    lifecycle.say_status(world.september, first, by=rita, at=JUNE_1)

    with pytest.raises(Moved):
        lifecycle.say_status(seen, second, by=rita, at=JUNE_1)
    assert fresh(seen).own_status == first


def test_another_type_brings_a_status_of_its_own_and_undo_brings_the_old_one_back(world, rita, hotfix):
    drafted = status("Drafted", "planned", by=rita)
    lifecycle.say_status(world.september, drafted, by=rita, at=JUNE_1)
    burning = status("Burning", "planned", by=rita, release_type=hotfix)

    outcome = edit(fresh(world.september), {"release_type": hotfix}, by=rita, at=JUNE_1)
    assert fresh(world.september).own_status == burning

    undo(outcome.act_id, by=rita, at=JUNE_1)
    row = fresh(world.september)
    assert (row.release_type, row.own_status) == (None, drafted)


def test_a_risk_level_sets_the_risk_the_figures_see(world, rita):
    severe = vocabulary.add_word(RiskLevel(name="Severe", level="high"), by=rita, at=JUNE_1)
    edit(world.september, {"risk_level": severe}, by=rita, at=JUNE_1)
    (new,) = plan(
        [Release(kind="independent", name="Patch", risk_level=severe, target_date=date(2026, 9, 9))],
        by=rita,
        at=JUNE_1,
    ).rows

    assert (fresh(world.september).risk, fresh(new).risk) == ("high", "high")
    assert vocabulary.misfits() == []


def test_a_planted_misfit_is_named(world, rita):
    word = status("Rolling", "active", by=rita)
    Release.objects.filter(pk=world.september.pk).update(own_status=word)

    assert vocabulary.misfits() == ["REL-1: the word Rolling means active, not planned"]


def test_words_are_added_renamed_ordered_and_retired_on_the_page(as_rita, world):
    for name in ("Major", "Minor", "Hotfix"):
        as_rita.post(f"{WORDS}types/new/", {"name": name})
    twice = as_rita.post(f"{WORDS}types/new/", {"name": "Minor"})
    assert twice.status_code == 422
    assert 'id="id_name-error"' in twice.content.decode()

    hotfix = ReleaseType.objects.get(name="Hotfix")
    as_rita.post(f"{WORDS}types/{hotfix.pk}/up/")
    as_rita.post(f"{WORDS}types/{hotfix.pk}/up/")
    as_rita.post(f"{WORDS}types/{hotfix.pk}/up/")
    names = list(ReleaseType.objects.order_by("position").values_list("name", flat=True))
    assert names == ["Hotfix", "Major", "Minor"]

    minor = ReleaseType.objects.get(name="Minor")
    as_rita.post(f"{WORDS}types/{minor.pk}/", {"name": "Small", "version": minor.version})
    as_rita.post(f"{WORDS}types/{hotfix.pk}/retirement/")
    page = as_rita.get(WORDS).content.decode()
    assert "(retired)" in page
    form = as_rita.get(f"{RELEASES}new/").content.decode()
    assert ("Small" in form, "Hotfix" in form) == (True, False)


def test_the_form_and_the_list_speak_the_own_words(as_rita, world, rita, hotfix):
    severe = vocabulary.add_word(RiskLevel(name="Severe", level="high"), by=rita, at=JUNE_1)
    drafted = status("Drafted", "planned", by=rita)
    as_rita.post(
        f"{RELEASES}1/edit/",
        {
            "name": "September",
            "project": world.payments.pk,
            "release_type": hotfix.pk,
            "risk_level": severe.pk,
            "target_date": "2026-09-01",
            "applications": [world.ledger.pk],
            "version": 1,
        },
    )
    as_rita.post(f"{RELEASES}2/status/", {"own_status": drafted.pk, "version": 1})

    assert (fresh(world.september).risk, fresh(world.october).own_status) == ("high", drafted)
    found = as_rita.get(f"{RELEASES}?release_type={hotfix.pk}").content.decode()
    assert (found.count('<tr id="release-'), "September" in found) == (1, True)
    assert "Drafted" in as_rita.get(f"{RELEASES}?own_status={drafted.pk}").content.decode()
    assert as_rita.get(f"{RELEASES}?risk_level={severe.pk}").content.decode().count('<tr id="release-') == 1


def test_a_forged_word_of_another_organisation_is_refused_at_the_field(as_rita, world):
    answer = as_rita.post(
        f"{RELEASES}1/status/", {"own_status": "019a0000-0000-7000-8000-000000000000", "version": 1}
    )

    assert answer.status_code == 422
    assert 'id="id_own_status-error"' in answer.content.decode()


def test_only_who_shapes_the_process_keeps_the_words(client, pete, world):
    client.force_login(pete)

    assert client.get(WORDS).status_code == 403
    assert client.post(f"{WORDS}types/new/", {"name": "Mine"}).status_code == 403


VERBS = [lifecycle.start, lifecycle.hold, lifecycle.resume, lifecycle.go_live, lifecycle.cancel]
LIVES = ["planned", "active", "active", "on_hold", "live", "cancelled"]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 5)), max_size=10))
def test_the_own_status_fits_after_any_sequence_of_verbs(world, rita, steps):
    with rehearse():
        words = [status(f"Word {n}", life, by=rita) for n, life in enumerate(LIVES)]
        for n, (is_word, choice) in enumerate(steps):
            row, at = fresh(world.september), JUNE_1 + timedelta(days=n)
            with suppress(ValidationError):
                if is_word:
                    lifecycle.say_status(row, words[choice], by=rita, at=at)
                else:
                    VERBS[choice % len(VERBS)]([row], by=rita, at=at)
            assert vocabulary.misfits() == []
        row = fresh(world.september)
        assert (row.held_since is not None, row.held_days <= len(steps)) == (row.status == "on_hold", True)


def test_a_status_changed_by_an_import_takes_its_word_along(world, rita):
    drafted, gone = status("Drafted", "planned", by=rita), status("Out", "live", by=rita)
    lifecycle.say_status(world.september, drafted, by=rita, at=JUNE_1)
    row = fresh(world.september)

    revise([Revision(row, row.version, {"status": "live", "actual_go_live": JUNE_1})], by=None, at=JUNE_1)

    assert fresh(row).own_status == gone
