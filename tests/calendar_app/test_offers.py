"""A newer version of a template is offered to what has not begun: previewed, taken over, declined, taken back."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from calendar_app.conflicts import verify_conflicts
from calendar_app.gates.plans import edit_gate
from calendar_app.models import (
    ApprovalRule,
    Claim,
    Criterion,
    Gate,
    Phase,
    PhaseActivity,
    Release,
    TemplateVersion,
)
from calendar_app.releases.phases import begin_phases, edit_phase
from calendar_app.releases.plans import plan
from calendar_app.templates.build import build, planned_dates
from calendar_app.templates.offers import Outdated, adopt, decline, offered, previews
from calendar_app.templates.plan import parsed
from calendar_app.templates.starters import take_over
from calendar_app.templates.versions import draft_of, publish, redraft
from releasemgr.activity.models import Entry
from releasemgr.changes.revisions import undo
from releasemgr.tenancy.scope import org_scope
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db
LATER, LATEST = JUNE_1 + timedelta(hours=1), JUNE_1 + timedelta(hours=2)


@pytest.fixture
def monthly(in_acme, rita):
    return take_over("monthly", by=rita, at=JUNE_1)


def built(template, rita, name="Autumn", day=date(2026, 11, 13)):
    row = plan([Release(kind="enterprise", name=name, target_date=day)], by=rita, at=JUNE_1).rows[0]
    version = TemplateVersion.objects.published().filter(template=template).first()
    return build(row, version, by=rita, at=JUNE_1).rows[0]


def changed(template, rita, **sections):
    """The next version: ``sections`` maps the name of one to a function of its entries."""
    draft = draft_of(template, by=rita, at=JUNE_1)
    for section, function in sections.items():
        entries = function(list(getattr(parsed(draft.plan), section)))
        draft = redraft(draft, section, entries, by=rita, at=JUNE_1).rows[0]
    return publish(draft, by=rita, at=JUNE_1).rows[0]


def grown(template, rita):
    """A longer regression test, another gate with a rule and a criterion, one criterion and one rule less."""

    def gates(entries):
        return [*entries, replace(entries[1], key="audit", name="Audit", days_before=1)]

    def criteria(entries):
        return [*entries[1:], replace(entries[0], key="papers", name="Papers", gate="audit", days_before=0)]

    return changed(
        template,
        rita,
        phases=lambda rows: [rows[0], replace(rows[1], days=8), *rows[2:]],
        gates=gates,
        criteria=criteria,
        approvals=lambda rows: [
            replace(rows[0], key="auditors", name="Auditors", gate="audit", group="Audit")
        ],
    )


def snapshot(release):
    """Everything a plan consists of, without versions and without when the facts were last looked at."""
    rows = [Release.objects.filter(pk=release.pk).values("starts_on", "template_version", "declined_version")]
    of_gate = {"gate__release": release}
    sources = [
        (Phase, {"release": release}),
        (Gate, {"release": release}),
        (Criterion, of_gate),
        (ApprovalRule, of_gate),
        (PhaseActivity, {"phase__release": release}),
        (Claim, {"release_id": release.pk}),
    ]
    for model, lookup in sources:
        rows.append(model.objects.filter(**lookup).order_by("pk").values())
    return [
        [{name: row[name] for name in row if name not in ("version", "judged_at")} for row in group]
        for group in rows
    ]


def take_over_all(template, rita, at=LATER):
    expected = {one.release.pk: one.fingerprint for one in previews(offered())}
    return adopt(template, expected, by=rita, at=at)


def test_what_has_not_begun_is_offered_the_new_version_and_undo_restores_everything(monthly, rita):
    autumn, begun = built(monthly, rita), built(monthly, rita, "Begun")
    begin_phases([begun.phases.first()], by=rita, at=JUNE_1)
    before = snapshot(autumn)
    version = grown(monthly, rita)

    (preview,) = previews(offered())
    said = {(line.name, line.verb) for line in preview.lines}
    take_over_all(monthly, rita)

    autumn = Release.objects.get(pk=autumn.pk)
    fresh = built(monthly, rita, "Fresh")  # what the new version makes of the same go-live from nothing
    plans = [
        (
            set(row.phases.values_list("template_key", "starts_on", "ends_on")),
            set(row.gates.values_list("template_key", "planned_date")),
            set(Criterion.objects.counting().filter(gate__release=row).values_list("template_key", "due_on")),
            set(ApprovalRule.objects.filter(gate__release=row).values_list("name", "group__name")),
        )
        for row in (autumn, fresh)
    ]
    assert preview.release == autumn
    assert {
        ("Audit", "added"),
        ("Papers", "added"),
        ("Auditors", "added"),
        ("Release board", "removed"),
    } <= said
    assert {("Regression test", "moved"), ("Integration", "moved"), ("Start", "moved")} <= said
    assert plans[0] == plans[1]
    assert (autumn.template_version, list(offered())) == (version, [])
    undo(Entry.objects.of(autumn).newest_first().first().act_id, by=rita, at=LATEST)
    assert snapshot(autumn) == before
    assert [one.pk for one in offered()] == [autumn.pk]
    assert verify_conflicts() == []


def test_what_people_changed_stays_and_the_preview_says_so(monthly, rita):
    autumn = built(monthly, rita)
    phase = autumn.phases.get(name="Integration")
    edit_phase(
        phase, {"name": "Put together", "starts_on": phase.starts_on + timedelta(1)}, by=rita, at=JUNE_1
    )
    changed(
        monthly,
        rita,
        phases=lambda rows: [replace(rows[0], name="Assembly"), replace(rows[1], days=8), *rows[2:]],
    )

    (preview,) = previews(offered())
    take_over_all(monthly, rita)

    kept = [line.now_is for line in preview.lines if line.verb == "kept" and line.name == "Put together"]
    assert kept[0] == "Assembly"
    assert autumn.phases.get(pk=phase.pk).name == "Put together"
    assert autumn.phases.get(pk=phase.pk).starts_on == phase.starts_on + timedelta(1)


def test_a_declined_version_is_not_offered_again_but_the_next_one_is(monthly, rita):
    autumn = built(monthly, rita)
    changed(monthly, rita, phases=lambda rows: [replace(rows[0], days=8), *rows[1:]])

    decline(monthly, [autumn.pk], by=rita, at=JUNE_1)

    assert list(offered()) == []
    with pytest.raises(Outdated):
        decline(monthly, [autumn.pk], by=rita, at=JUNE_1)
    newest = changed(monthly, rita, phases=lambda rows: [replace(rows[0], days=9), *rows[1:]])
    assert [one.offered_version_id for one in offered()] == [newest.pk]


def test_nothing_is_taken_over_unseen_or_back_from_somebody(monthly, rita):
    autumn = built(monthly, rita)
    changed(monthly, rita, gates=lambda rows: [*rows, replace(rows[1], key="audit", name="Audit")])
    stale = {one.release.pk: one.fingerprint for one in previews(offered())}
    edit_phase(autumn.phases.first(), {"name": "Merge"}, by=rita, at=JUNE_1)
    changed(monthly, rita, phases=lambda rows: [replace(rows[0], days=9), *rows[1:]])

    with pytest.raises(Outdated):
        adopt(monthly, stale, by=rita, at=LATER)
    assert not Gate.objects.filter(name="Audit").exists()
    act_id = take_over_all(monthly, rita)[0].act_id
    gate = Gate.objects.get(name="Audit")
    Criterion.objects.filter(gate=gate).delete()
    edit_gate(gate, {"name": "Audit by others"}, by=rita, at=LATEST)
    with pytest.raises(ValidationError, match="Audit"):
        undo(act_id, by=rita, at=LATEST + timedelta(hours=1))
    assert Gate.objects.filter(name="Audit by others").exists()


@pytest.mark.django_db(transaction=True)
def test_publishing_and_taking_over_or_building_at_once_end_in_one_state(acme, rita):
    with org_scope(acme):
        monthly = take_over("monthly", by=rita, at=JUNE_1)
        autumn = built(monthly, rita)
        changed(monthly, rita, phases=lambda rows: [replace(rows[0], days=8), *rows[1:]])
        draft = draft_of(monthly, by=rita, at=JUNE_1)
        draft = redraft(
            draft,
            "phases",
            [replace(parsed(draft.plan).phases[0], days=9), *parsed(draft.plan).phases[1:]],
            by=rita,
            at=JUNE_1,
        ).rows[0]
        expected = {one.release.pk: one.fingerprint for one in previews(offered())}
        winter = plan(
            [Release(kind="enterprise", name="Winter", target_date=date(2026, 12, 11))], by=rita, at=JUNE_1
        ).rows[0]
        second = monthly.versions.get(number=2)
    barrier = Barrier(3)

    def act(function):
        try:
            barrier.wait(timeout=10)
            with org_scope(acme):
                return function()
        except Outdated as outdated:
            return outdated
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        _published, taken, made = pool.map(
            act,
            [
                lambda: publish(draft, by=rita, at=LATER),
                lambda: adopt(monthly, expected, by=rita, at=LATER),
                lambda: build(winter, second, by=rita, at=LATER),
            ],
        )

    with org_scope(acme):
        rows = {row.pk: row for row in Release.objects.select_related("template_version__template")}
        was_taken = not isinstance(taken, Outdated)
        assert rows[autumn.pk].template_version.number == (2 if was_taken else 1)
        assert rows[winter.pk].template_version == second
        assert {one.offered_version_id for one in offered()} == {draft.pk}
        assert offered().count() == 2
        dates = planned_dates(rows[winter.pk], second)
        assert rows[winter.pk].phases.get(position=1).starts_on == dates.first
        assert made.rows[0].pk == winter.pk


URL = "/o/acme/calendar/templates/"


def offers_page(client, template):
    """The page of a template's offers and the form a browser would send back with everything chosen."""
    page = client.get(f"{URL}{template.pk}/offers/")
    offers = page.context["offers"]
    data = {"release": [one.release.number for one in offers]}
    return page, data | {f"seen-{one.release.number}": one.fingerprint for one in offers}


@pytest.fixture
def offering(acme, rita):
    """A template whose second version waits for one release."""
    with org_scope(acme):
        monthly = take_over("monthly", by=rita, at=JUNE_1)
        autumn = built(monthly, rita)
        grown(monthly, rita)
    return monthly, autumn


def test_an_offer_is_found_on_the_pages_of_template_and_release_and_taken_over(client, acme, rita, offering):
    monthly, autumn = offering
    client.force_login(rita)
    link, release = f"{URL}{monthly.pk}/offers/", f"/o/acme/calendar/releases/{autumn.number}/"

    assert link in client.get(f"{URL}{monthly.pk}/").content.decode()
    assert f'<a href="{link}">offered to 1 release</a>' in client.get(URL).content.decode()
    assert f"{link}?release={autumn.number}" in client.get(release).content.decode()
    page, data = offers_page(client, monthly)
    answer = client.post(link, data, follow=True)

    assert "Audit" in page.content.decode()
    assert "1 release took the new version over" in answer.content.decode()
    with org_scope(acme):
        assert Gate.objects.filter(release=autumn, name="Audit").exists()
    assert "offers/" not in client.get(release).content.decode()
    assert "Nothing is offered" in client.get(link).content.decode()


def test_an_offer_that_moved_on_is_refused_with_what_it_would_be_now(client, acme, rita, offering):
    monthly, autumn = offering
    client.force_login(rita)
    _page, data = offers_page(client, monthly)
    with org_scope(acme):
        edit_phase(autumn.phases.get(name="Integration"), {"name": "Merge"}, by=rita, at=JUNE_1)

    answer = client.post(f"{URL}{monthly.pk}/offers/", data)
    nobody = client.post(f"{URL}{monthly.pk}/offers/", {"decline": "1"})

    assert answer.status_code == nobody.status_code == 409
    assert "Something has changed since you looked" in answer.content.decode()
    assert "Choose releases" in nobody.content.decode()
    with org_scope(acme):
        assert not Gate.objects.filter(release=autumn, name="Audit").exists()


def test_declining_on_the_page_keeps_the_version(client, acme, rita, offering):
    monthly, autumn = offering
    client.force_login(rita)
    _page, data = offers_page(client, monthly)

    answer = client.post(f"{URL}{monthly.pk}/offers/", data | {"decline": "1"}, follow=True)

    assert "1 release keeps its version" in answer.content.decode()
    with org_scope(acme):
        assert Release.objects.get(pk=autumn.pk).template_version.number == 1
