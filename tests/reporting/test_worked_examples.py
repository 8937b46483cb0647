"""The catalogue's worked examples through the real store: facts, marks, drain, cells."""

import pytest

from releasemgr.tenancy.scope import org_scope
from reporting.models import CellMark
from tests.reporting import facts
from tests.reporting.facts import APRIL, MARCH, cell, figures, utc

pytestmark = pytest.mark.django_db(transaction=True)


def close(value):
    return pytest.approx(value, abs=5e-7)


@pytest.fixture
def w02(acme):
    """The deployments of W02: application A1 of project P1, A2 of P2, both under one node."""
    with org_scope(acme):
        node = facts.node("portfolio")
        p1, p2 = facts.project("P1", node), facts.project("P2", node)
        a1, a2 = facts.application("A1", p1), facts.application("A2", p2)
        made = {}
        for name, app, status, finished, options in [
            ("d1", a1, "succeeded", "03-02T10:00", {}),
            ("d2", a1, "succeeded", "03-05T10:00", {}),
            ("d3", a1, "rolled_back", "03-09T10:00", {}),
            ("d4", a1, "succeeded", "03-10T09:00", {"kind": "hotfix"}),
            ("d5", a1, "failed", "03-12T10:00", {}),
            ("d6", a1, "succeeded", "03-31T21:30", {}),
            ("d7", a1, "succeeded", "03-31T22:00", {}),
            ("d8", a2, "succeeded", "03-16T08:00", {}),
            ("d9", a2, "succeeded", "03-16T15:00", {}),
            ("d10", a2, "succeeded", "03-17T08:00", {"kind": "hotfix"}),
            ("d11", a2, "cancelled", "03-20T08:00", {}),
            ("d12", a2, "succeeded", "03-18T08:00", {"stage": "sit"}),
            ("d13", a1, "succeeded", "03-09T11:30", {"kind": "rollback"}),
        ]:
            made[name] = facts.deployment(app, status, finished, **options)
        return {"node": node, "P1": p1, "P2": p2, "A1": a1, "A2": a2} | made


def test_w02_deployment_frequency(acme, w02):
    with figures(acme):
        found = {name: cell("F1", w02[name]) for name in ("P1", "P2", "node", "A1")}

        assert {name: each.value for name, each in found.items()} == {
            "P1": close(0.161290),
            "P2": close(0.096774),
            "node": close(0.258065),
            "A1": close(0.161290),
        }
        assert (found["node"].numerator, found["node"].denominator) == (8, 31)
        assert cell("F1", acme).value == close(0.258065)
        assert cell("F1", w02["P1"], APRIL).numerator == 1
        assert cell("F1", w02["P2"], APRIL) is None
        assert not CellMark.objects.filter(org_id=acme.pk).exists()


def test_w13_only_complete_days_count(acme, w02):
    with figures(acme, as_of=utc("03-10T12:00")):
        march = cell("F1", w02["P1"])

        assert (march.value, march.numerator, march.denominator) == (close(0.333333), 3, 9)
        assert march.is_partial
        assert cell("F1", w02["P1"], APRIL) is None


def test_w26_one_late_correction_moves_one_deployment(acme, w02):
    facts.drain(acme, as_of=facts.APRIL_15)
    with org_scope(acme):
        facts.change(w02["d2"], started_at=utc("02-27T10:00"), finished_at=utc("02-27T10:00"))

    with figures(acme):
        february, march = cell("F1", w02["node"], facts.date(2026, 2, 1)), cell("F1", w02["node"], MARCH)

        assert (february.numerator, february.denominator) == (1, 28)
        assert (march.numerator, march.denominator) == (7, 31)


def test_a_tracked_beginning_makes_the_time_before_unknown(acme, w02):
    with org_scope(acme):
        facts.change(w02["P1"], tracking_started_on=facts.day("03-05"))
        facts.change(w02["P2"], tracking_started_on=facts.day("04-01"))

    with figures(acme):
        march = cell("F1", w02["P1"])

        assert (march.numerator, march.denominator) == (4, 27)
        assert cell("F1", w02["P2"]).value is None
        assert cell("F1", w02["node"]).denominator == 27


@pytest.fixture
def w04(acme):
    """The releases of W04, children of one enterprise release."""
    with org_scope(acme):
        node = facts.node("portfolio")
        p1, p2 = facts.project("P1", node), facts.project("P2", node)
        train = facts.release(None, kind="enterprise")
        facts.release(p1, "03-10", "03-10T22:30", parent=train)
        facts.release(p1, "03-10", "03-10T23:30", parent=train)
        facts.release(p2, "03-20", "03-17T09:00", parent=train)
        facts.release(p2, "03-25", parent=train)
        facts.release(p1, "03-28", cancelled="03-20T09:00", parent=train)
        facts.release(p1, "03-28", cancelled="03-30T09:00", parent=train)
        facts.release(p2, "04-02", "03-30T10:00", parent=train)
        facts.release(p1, None, "03-15T10:00")
        return {"node": node, "P1": p1, "P2": p2, "train": train}


def test_w04_releases_on_time(acme, w04):
    with figures(acme):
        march = cell("K01", w04["node"])

        assert (march.value, march.numerator, march.denominator) == (close(0.4), 2, 5)
        assert (march.n_cancelled, march.n_invalid, march.n_open) == (1, 1, 1)
        assert cell("K01", w04["P1"]).value == close(1 / 3)
        assert cell("K01", w04["P2"]).value == close(0.5)
        assert (cell("K01", w04["train"]).numerator, cell("K01", w04["train"]).n_invalid) == (2, 0)
        assert cell("K01", acme).value == close(0.4)


def test_w04_schedule_variance(acme, w04):
    with figures(acme):
        march, april = cell("K02", w04["node"]), cell("K02", w04["node"], APRIL)

        assert (march.value, march.n, march.n_open, march.n_invalid) == (close(-1.5), 4, 1, 1)
        assert march.companions["p85"] == close(0.55)
        assert march.companions["max_overdue_days"] == 7
        assert (april.value, april.n, april.n_open) == (None, 0, 1)
        assert april.companions["max_overdue_days"] == 21


def test_an_unfinished_due_day_is_neither_on_time_nor_late(acme, w04):
    with figures(acme, as_of=utc("03-20T12:00")):
        march = cell("K01", w04["P2"])

        assert (march.n, march.n_open) == (0, 1)  # r3 is live but its day still runs, r4 is not yet due
        assert march.value is None


@pytest.fixture
def w09(acme):
    """The environment of W09: two slots, from the local midnight of 15 March three."""
    with org_scope(acme):
        env = facts.environment("SIT1", (facts.LONG_AGO, 2), (utc("03-14T23:00"), 3))
        facts.outage(env, "03-21T08:00", "03-21T18:00")
        facts.outage(env, "03-12T10:00", "03-12T12:00", planned=False)
        for units, start, end, status in [
            (1, "02-28T12:00", "03-02T11:00", "completed"),
            (2, "03-05T08:00", "03-07T08:00", "completed"),
            (1, "03-28T08:00", "03-30T08:00", "completed"),
            (1, "03-31T10:00", None, "active"),
        ]:
            facts.booking(env, (start, end or "04-30T10:00"), units=units, status=status, used=(start, end))
        facts.booking(env, ("03-20T08:00", "03-20T20:00"), status="approved")  # b4: never used
        return env


def test_w09_environment_utilisation(acme, w09):
    with figures(acme):
        march = cell("E1", w09)

        assert (march.numerator, march.denominator) == (192, 1863)
        assert march.value == close(0.103060)
        assert (march.n, march.n_open) == (1, 1)
        assert cell("E1", acme).value == close(0.103060)
        assert march.companions["reserved"] == close((192 + 12) / 1863)


def test_overlapping_planned_outages_are_cut_once(acme, w09):
    with org_scope(acme):
        facts.outage(w09, "03-21T10:00", "03-21T20:00")

    with figures(acme):
        assert cell("E1", w09).denominator == 1893 - 3 * 12


def test_ephemeral_environments_are_not_utilisation(acme, w09):
    with org_scope(acme):
        facts.change(w09, is_persistent=False)

    with figures(acme):
        assert cell("E1", w09) is None


def test_w10_booking_wait(acme):
    with org_scope(acme):
        node = facts.node("portfolio")
        p1 = facts.project("P1", node)
        env = facts.environment("SIT1", (facts.LONG_AGO, 1))
        facts.booking(env, ("03-10T08:00", "03-10T16:00"), owner=p1)
        facts.booking(env, ("03-10T12:00", "03-10T20:00"), ("03-10T16:00", "03-11T00:00"), owner=p1)
        facts.booking(env, ("03-10T08:00", "03-10T16:00"), status="rejected", refusal="capacity", owner=p1)
        facts.booking(env, ("03-12T08:00", "03-12T16:00"), owner=p1)
        facts.booking(env, ("03-13T08:00", "03-13T16:00"), status="rejected", refusal="policy", owner=p1)
        facts.booking(env, ("03-14T08:00", "03-14T16:00"), status="requested", owner=p1)

    with figures(acme):
        for scope in (p1, node, env, acme):
            march = cell("E6", scope)
            assert (march.value, march.n, march.n_open) == (close(1.333333), 3, 1)
            assert march.companions == {"median": 0, "p85": close(2.8), "denied": 1}


def test_w11_gate_first_pass(acme):
    with org_scope(acme):
        p1 = facts.project("P1", facts.node("portfolio"))
        train = facts.release(None, kind="enterprise")
        of = facts.release(p1, parent=train)
        facts.gate(of, "03-04", ("03-03T09:00", "03-04T09:00", "passed"))
        facts.gate(
            of,
            "03-05",
            ("03-03T09:00", "03-05T09:00", "rejected"),
            ("03-09T09:00", "03-10T09:00", "passed"),
        )
        facts.gate(
            of, "03-11", ("03-10T08:00", "03-10T20:00", "passed"), ("03-18T08:00", "03-19T08:00", "passed")
        )
        facts.gate(of, "03-26", ("03-24T08:00", "03-25T08:00", "conditional"))
        facts.gate(of, "03-31", ("03-30T08:00", None, ""))
        facts.gate(
            of, "03-31", ("03-26T08:00", "03-27T08:00", "withdrawn"), ("03-30T08:00", "03-30T18:00", "passed")
        )
        facts.gate(of, "03-20", cancelled="03-10T09:00")

    with figures(acme):
        for scope in (p1, train, acme):
            march = cell("G1", scope)
            assert (march.value, march.numerator, march.denominator) == (close(0.6), 3, 5)
            assert (march.n_open, march.n_cancelled) == (1, 1)


def test_x6_exceptions_granted(acme):
    """Not in the catalogue: seven requests around March in Berlin, whose last day ends at 22:00 UTC."""
    with org_scope(acme):
        p1 = facts.project("P1", facts.node("portfolio"))
        train = facts.release(None, kind="enterprise")
        of = facts.release(p1, parent=train)
        facts.exception(of, "waiver", "02-27T08:00", "03-02T08:00", "expired", was_used=False)
        facts.exception(of, "late_scope", "03-03T08:00", "03-03T20:00", "expired", was_used=True)
        facts.exception(of, "blockout", "03-10T08:00", "03-11T08:00", "refused")
        facts.exception(of, "baseline", "03-20T08:00", "03-21T08:00", "withdrawn")
        facts.exception(of, "late_entry", "03-30T08:00", "04-01T06:00", "granted")
        facts.exception(of, "waiver", "03-31T21:30")
        facts.exception(of, "late_entry", "03-31T22:00")

    with figures(acme):
        for scope in (p1, train, acme):
            february, march, april = (
                cell("X6", scope, start) for start in (facts.date(2026, 2, 1), MARCH, APRIL)
            )
            assert (february.value, february.n_open, february.companions["requested"]) == (0, 1, 1)
            assert (march.value, march.n, march.n_open, march.n_cancelled, march.n_invalid) == (2, 2, 2, 1, 0)
            assert march.companions == {
                "requested": 5, "refused": 1, "unused": 1, "hours": 24,
                "late_entry": 0, "late_scope": 1, "blockout": 0, "baseline": 0, "waiver": 1,
            }  # fmt: skip
            assert (april.value, april.n_open, april.companions["hours"]) == (1, 2, 46)


def test_w13_nothing_to_divide_is_none_and_nothing_deployed_is_zero(acme, w02):
    with org_scope(acme):
        facts.remove(w02["d7"])

    facts.drain(acme, as_of=facts.APRIL_15)
    with org_scope(acme):
        facts.change(w02["d6"], started_at=utc("03-30T10:00"), finished_at=utc("03-30T10:00"))
        week = facts.date(2026, 3, 30)

    with figures(acme):
        assert cell("F1", w02["P1"], week, "week").numerator == 1
        assert cell("F1", w02["P1"], facts.date(2026, 3, 23), "week") is None
        assert cell("G1", w02["P1"]) is None
