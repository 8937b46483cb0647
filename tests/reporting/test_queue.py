"""The queue: what a mark promises, whatever fails on the way."""

import socket
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from releasemgr.activity.models import FactMark
from releasemgr.administration.forms import OrganisationForm
from releasemgr.administration.organisation import save_organisation
from releasemgr.celery import app
from releasemgr.tenancy.scope import org_scope
from reporting import bell, draining, routing
from reporting.draining import drain, is_due
from reporting.models import Cell, CellMark, Item, Period, Quarantine, ScopeView
from reporting.quarantine import replay
from reporting.recompute import differences, recompute
from reporting.ticks import midnight, refresh
from tests.reporting import facts
from tests.reporting.facts import APRIL_15, cell, day, figures, utc

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def payments(acme):
    with org_scope(acme):
        return facts.project("payments", facts.node("Bank"))


@pytest.fixture
def core(acme, payments):
    with org_scope(acme):
        return facts.application("core", payments)


def deploy(org, app_, *when):
    with org_scope(org):
        return [facts.deployment(app_, "succeeded", at) for at in when]


def waiting(org):
    return FactMark.objects.filter(org_id=org.pk).count() + CellMark.objects.filter(org_id=org.pk).count()


def test_a_mark_that_commits_during_a_recompute_survives_it(acme, core, payments):
    deploy(acme, core, "03-02T10:00")
    drain(acme, as_of=APRIL_15)
    with org_scope(acme):
        march = cell("F1", payments)
        CellMark.objects.create(org_id=acme.pk, cell_id=march.pk)
        group = draining.claim(acme)

    with org_scope(acme):
        draining.compute(acme, group, as_of=APRIL_15)
        CellMark.objects.create(org_id=acme.pk, cell_id=march.pk)

    assert CellMark.objects.filter(org_id=acme.pk, cell_id=march.pk).count() == 1


def test_a_new_time_zone_moves_every_period_and_figure(acme, core, payments, olga):
    deploy(acme, core, "03-31T21:30", "03-02T10:00")  # the first is 31 March in Berlin, 1 April in Tokyo
    drain(acme, as_of=APRIL_15)
    with org_scope(acme):
        assert cell("F1", payments).numerator == 2

    sent = {"name": "Acme", "time_zone": "Asia/Tokyo", "currency": "EUR", "version": 1}
    with org_scope(acme):
        form = OrganisationForm(sent, instance=acme)
        assert form.is_valid()
        save_organisation(form, by=olga, at=APRIL_15)
    assert is_due(acme)
    acme.refresh_from_db()
    drain(acme, as_of=APRIL_15)

    with org_scope(acme):
        assert cell("F1", payments).numerator == 1
        assert cell("F1", payments, day("04-01")).numerator == 1
        assert Period.objects.get(type="month", start_on=day("03-01")).starts_at == utc("02-28T15:00")
        acme_differs = differences(acme, as_of=APRIL_15)
    assert acme_differs == []
    assert waiting(acme) == 0
    assert not is_due(acme)


def test_a_worker_that_dies_between_its_transactions_loses_nothing(acme, core, payments):
    deploy(acme, core, "03-02T10:00")
    with org_scope(acme):
        routing.exchange(acme)
    with org_scope(acme):
        batch = routing.claim(acme)  # …and is killed here

    assert drain(acme, as_of=APRIL_15) == 0  # its lease still holds
    assert waiting(acme) > 0

    with org_scope(acme):
        Item.objects.filter(fact_id__in=batch.ids).update(retry_at=timezone.now() - timedelta(seconds=1))
    with figures(acme):
        assert cell("F1", payments).numerator == 1
        assert Item.objects.get(entity="deployment", part=0).attempts == 0
    assert waiting(acme) == 0


def test_one_poisoned_cell_stops_no_other_and_ends_in_quarantine(acme, core, payments, monkeypatch, rita):
    deploy(acme, core, "03-02T10:00", "02-02T10:00")
    with org_scope(acme):
        routing.exchange(acme)
    compute = draining.compute

    def poisoned(org, group, *, as_of):
        poison = Cell.objects.get(
            metric="F1", scope_id=payments.pk, period_type="month", start_on=day("03-01")
        )
        if poison.pk in group.ids:
            raise ZeroDivisionError("poison")
        return compute(org, group, as_of=as_of)

    monkeypatch.setattr(draining, "compute", poisoned)
    monkeypatch.setattr(draining, "LEASE", timedelta(0))
    drain(acme, as_of=APRIL_15)

    with org_scope(acme):
        (quarantined,) = Quarantine.objects.all()
        assert (quarantined.kind, quarantined.error) == ("cell", "poison")
        assert cell("F1", payments, day("02-01")).numerator == 1
        assert Cell.objects.filter(as_of=None).count() == 1
    monkeypatch.undo()
    with org_scope(acme):
        assert replay(Quarantine.objects.all(), by=rita, at=APRIL_15) == 1
    with figures(acme):
        assert cell("F1", payments).numerator == 1


def test_a_fact_whose_worker_dies_five_times_is_set_aside(acme, core):
    (deployment,) = deploy(acme, core, "03-02T10:00")
    drain(acme, as_of=APRIL_15)
    with org_scope(acme):
        facts.change(deployment, version_label="2")
        Item.objects.filter(entity="deployment").update(attempts=5)

    drain(acme, as_of=APRIL_15)

    with org_scope(acme):
        assert "died" in Quarantine.objects.get().error


def test_nobody_routes_while_a_full_recompute_runs_and_nothing_is_lost(acme, core, payments):
    deploy(acme, core, "03-02T10:00")
    recompute(acme, as_of=APRIL_15)
    assert waiting(acme) == 0

    deploy(acme, core, "03-03T10:00")
    with figures(acme):
        assert cell("F1", payments).numerator == 2


def test_removing_one_fact_changes_no_cell_outside_its_touches(acme, core, payments):
    kept, gone = deploy(acme, core, "03-02T10:00", "02-02T10:00")
    drain(acme, as_of=APRIL_15)
    with org_scope(acme):
        before = dict(Cell.objects.values_list("pk", "as_of"))
        facts.remove(gone)

    drain(acme, as_of=APRIL_15 + timedelta(hours=1))

    with org_scope(acme):
        changed = Cell.objects.exclude(as_of=APRIL_15).values_list("period_type", "start_on").distinct()
        assert set(changed) == {("week", day("02-02")), ("month", day("02-01")), ("quarter", day("01-01"))}
        assert set(before) == set(Cell.objects.values_list("pk", flat=True))
        assert kept.pk in Item.objects.values_list("fact_id", flat=True)


def test_midnight_completes_what_ended_and_opens_what_began(acme):
    with org_scope(acme):
        env = facts.environment("SIT1", (utc("03-01T00:00"), 1))
    drain(acme, as_of=utc("03-31T12:00"))
    with org_scope(acme):
        assert midnight(acme, as_of=utc("03-31T12:00"))
        assert not midnight(acme, as_of=utc("03-31T13:00"))
        assert cell("E1", env).is_partial
        assert cell("E1", env, day("04-01")) is None

    with org_scope(acme):
        assert midnight(acme, as_of=utc("03-31T22:00"))  # midnight in Berlin
    with figures(acme, as_of=utc("03-31T22:00")):
        assert not cell("E1", env).is_partial
        assert cell("E1", env, day("04-01")).is_partial
        assert differences(acme, as_of=utc("03-31T22:00")) == []


def test_only_viewed_scopes_are_refreshed_between_midnights(acme):
    with org_scope(acme):
        first = facts.environment("SIT1", (utc("03-01T00:00"), 1))
        facts.environment("SIT2", (utc("03-01T00:00"), 1))
    drain(acme, as_of=APRIL_15)
    with org_scope(acme):
        ScopeView.objects.create(scope_id=first.pk, viewed_at=APRIL_15)

        assert refresh(acme, as_of=APRIL_15) == 3  # this week, month and quarter
        assert refresh(acme, as_of=APRIL_15) == 0


@pytest.fixture
def dead_broker(monkeypatch):
    """A broker address at which nobody listens, with no connection left over from before."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setattr(app.conf, "broker_url", f"redis://127.0.0.1:{free.getsockname()[1]}/0")
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    app.close()
    yield
    app.close()


def test_the_broker_may_be_down(acme, core, dead_broker):
    started = timezone.now()

    deploy(acme, core, "03-02T10:00")

    assert timezone.now() - started < timedelta(seconds=2)
    assert not bell.ring(acme.pk)
    assert waiting(acme) > 0


def test_many_changes_in_one_transaction_ring_once(acme, core, django_capture_on_commit_callbacks):
    with org_scope(acme):
        facts.deployment(core, "succeeded", "03-02T10:00")
        facts.deployment(core, "succeeded", "03-03T10:00")
        bells = [hook for _sids, hook, *_rest in connection.run_on_commit if getattr(hook, "org_id", None)]
        assert len(bells) == 1


def test_the_sweeper_rings_for_old_marks_only(acme, globex):
    now = timezone.now()
    FactMark.objects.create(
        org_id=acme.pk, entity="release", entity_id=acme.pk, at=now - timedelta(seconds=30)
    )
    FactMark.objects.create(org_id=globex.pk, entity="release", entity_id=acme.pk, at=now)

    assert bell.unanswered(at=now) == [acme.pk]


def test_another_organisations_facts_change_nothing(acme, globex, core, payments):
    deploy(acme, core, "03-02T10:00")
    drain(acme, as_of=APRIL_15)
    with org_scope(globex):
        other = facts.application("core", facts.project("payments", facts.node("Bank")))
    deploy(globex, other, "03-02T11:00", "03-02T12:00")

    drain(globex, as_of=APRIL_15)

    with org_scope(acme):
        assert cell("F1", payments).numerator == 1
    with org_scope(globex):
        assert cell("F1", globex).numerator == 2


def test_commands_drain_rebuild_and_verify(acme, core, payments, capsys):
    deploy(acme, core, "03-02T10:00")
    call_command("drain", once=True)
    assert not is_due(acme)
    call_command("recompute", org="acme", verify=True)
    assert "Every figure equals a full recompute." in capsys.readouterr().out

    with org_scope(acme):
        Cell.objects.filter(metric="F1", scope_id=payments.pk, start_on=day("03-01")).update(
            numerator=7, value=0.5
        )
    with pytest.raises(CommandError, match="1 figures differ"):
        call_command("recompute", org="acme", verify=True)
    call_command("recompute", org="acme", full=True)
    call_command("recompute", org="acme", verify=True)


def test_periods_are_stored_once_and_cover_what_facts_reach(acme, core):
    deploy(acme, core, "2019-07-01T10:00", "03-02T10:00")
    drain(acme, as_of=APRIL_15)

    with org_scope(acme):
        assert Period.objects.filter(type="day", start_on="2019-07-01").count() == 1
        assert Period.objects.filter(type="day", start_on="2026-04-15").count() == 1
