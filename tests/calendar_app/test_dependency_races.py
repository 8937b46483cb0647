"""Two people at once: circles that only both requests together close, two approvers, a decision during a withdrawal."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from calendar_app.dependencies.requests import ask
from calendar_app.exceptions.requests import grant, refuse, withdraw
from calendar_app.gates.rounds import decide, submit
from calendar_app.models import Absence, Dependency, ExceptionRequest, Gate
from releasemgr.changes.revisions import Moved, create
from releasemgr.portfolio.models import Portfolio, Project
from releasemgr.tenancy.scope import org_scope
from tests.calendar_app.conftest import person, release
from tests.changes.test_races import together
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 4
DAY = timedelta(days=1)


@pytest.fixture
def pair(acme, rita):
    """Two releases of Acme, committed."""
    with org_scope(acme):
        node = Portfolio.objects.create(name="Retail bank")
        project = Project.objects.create(key="payments", name="Payments", portfolio=node)
        return [release(project, name, date(2026, 9, 1), rita) for name in ("September", "October")]


def inside(acme, work):
    """``work`` in a scope of its own."""

    def run():
        with org_scope(acme):
            return work()

    return run


def test_of_two_requests_that_together_close_a_circle_one_wins(acme, rita, olga, pair):
    def asking(by, needing, provider):
        about = {"release": needing, "provider": provider, "title": "API", "needed_by": date(2026, 8, 1)}
        return inside(acme, lambda: ask([Dependency(**about)], by=by, at=JUNE_1))

    one, other = pair
    for _turn in range(ROUNDS):
        results = together(asking(rita, one, other), asking(olga, other, one))

        (lost,) = [result for result in results if isinstance(result, ValidationError)]
        assert "wait for each other" in str(lost)
        with org_scope(acme):
            (won,) = Dependency.objects.alive()
            won.state = Dependency.State.WITHDRAWN
            won.save(update_fields=["state"])


def test_a_gate_that_passes_while_something_is_asked_of_it_satisfies_it(acme, rita, olga, pair):
    one, other = pair
    for turn in range(ROUNDS):
        with org_scope(acme):
            gate = Gate(release=other, name=f"Ready {turn}", planned_date=date(2026, 7, 1))
            create([gate], by=rita, at=JUNE_1)
            submit([gate], by=rita, at=JUNE_1)
            gate = Gate.objects.get(pk=gate.pk)
            row = Dependency(
                release=one,
                provider=other,
                provider_gate=gate,
                title=f"API {turn}",
                needed_by=date(2026, 8, 1),
            )
        works = [
            inside(acme, lambda gate=gate: decide([gate], "passed", by=olga, at=JUNE_1 + DAY)),
            inside(acme, lambda row=row: ask([row], by=rita, at=JUNE_1)),
        ]

        results = together(*works)

        assert [type(result).__name__ for result in results] == ["Outcome", "Outcome"]
        with org_scope(acme):
            assert Dependency.objects.get(pk=row.pk).state == Dependency.State.SATISFIED


@pytest.fixture
def request_of(acme, rita, olga, pete, pair):
    """Makes a request that Olga decides, and Pete while she is away."""
    with org_scope(acme):
        olgas = person(olga)
        Absence.objects.create(
            person=olgas, deputy=person(pete), starts_on=date(2026, 6, 1), ends_on=date(2026, 6, 9)
        )

    def make(number):
        return ExceptionRequest.objects.create(
            number=number,
            kind=ExceptionRequest.Kind.LATE_ENTRY,
            release=pair[0],
            subject=f"Late {number}",
            approver=olgas,
            requested_at=JUNE_1,
            requested_by_id=rita.pk,
        )

    return make


def test_of_two_approvers_at_once_one_decides(acme, olga, pete, request_of):
    for turn in range(ROUNDS):
        with org_scope(acme):
            row = request_of(turn + 1)
        works = [
            lambda row=row: grant([row], expires_at=JUNE_1 + 9 * DAY, by=olga, at=JUNE_1),
            lambda row=row: refuse([row], note="No", by=pete, at=JUNE_1),
        ]

        results = together(*(inside(acme, work) for work in works))

        _one_won(acme, row, results)


def test_of_a_decision_and_a_withdrawal_at_once_one_holds(acme, olga, rita, request_of):
    for turn in range(ROUNDS):
        with org_scope(acme):
            row = request_of(turn + 1)
        works = [
            lambda row=row: grant([row], expires_at=JUNE_1 + 9 * DAY, by=olga, at=JUNE_1),
            lambda row=row: withdraw([row], by=rita, at=JUNE_1),
        ]

        results = together(*(inside(acme, work) for work in works))

        _one_won(acme, row, results)


def _one_won(acme, row, results):
    lost = [result for result in results if isinstance(result, Moved | ValidationError)]
    assert len(lost) == 1
    with org_scope(acme):
        assert ExceptionRequest.objects.get(pk=row.pk).version == 2
