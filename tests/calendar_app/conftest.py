"""A small world at Acme: two projects, two applications, two releases that change them."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from calendar_app.exceptions.requests import ask
from calendar_app.models import Criterion, ExceptionRequest, Gate, Milestone, Phase, Release, ReleaseImpact
from releasemgr.changes.revisions import create
from releasemgr.portfolio.models import Application, Ownership, Person, Portfolio, Project
from releasemgr.tenancy.models import next_numbers
from tests.conftest import JUNE_1

DAY = timedelta(days=1)


@dataclass
class World:
    """What the stories of the calendar are about."""

    bank: Portfolio
    payments: Project
    cards: Project
    ledger: Application
    portal: Application
    september: Release
    october: Release
    sit: Phase
    gate: Gate
    summit: Milestone


def release(project, name, target, rita, *, starts=date(2026, 7, 1), changes=(), parent=None):
    """A project release planned by Rita that changes ``changes``."""
    row = Release(
        number=next_numbers("release")[0],
        kind=Release.Kind.PROJECT,
        name=name,
        project=project,
        parent=parent,
        starts_on=starts,
        target_date=target,
    )
    create([row], by=rita, at=JUNE_1, verb="planned")
    create(
        [ReleaseImpact(release=row, application=application) for application in changes], by=rita, at=JUNE_1
    )
    return row


@pytest.fixture
def world(bank, payments, rita):
    """September (Payments, changes the ledger) and October (Cards, changes the portal)."""
    cards = Project.objects.create(key="cards", name="Cards", portfolio=bank)
    ledger = Application.objects.create(key="ledger", name="Ledger")
    portal = Application.objects.create(key="portal", name="Portal")
    Ownership.objects.create(application=ledger, project=payments, starts_at=JUNE_1 - 900 * DAY)
    Ownership.objects.create(application=portal, project=cards, starts_at=JUNE_1 - 900 * DAY)
    september = release(payments, "September", date(2026, 9, 1), rita, changes=[ledger])
    october = release(cards, "October", date(2026, 10, 1), rita, changes=[portal])
    sit = Phase(
        release=september, kind="sit", name="SIT", starts_on=date(2026, 7, 6), ends_on=date(2026, 7, 17)
    )
    create([sit], by=rita, at=JUNE_1)
    gate = Gate(release=september, phase=sit, name="SIT exit", planned_date=date(2026, 7, 17))
    create([gate], by=rita, at=JUNE_1)
    summit = Milestone(
        release=september, name="Summit", starts_on=date(2026, 7, 20), ends_on=date(2026, 7, 21)
    )
    create([summit], by=rita, at=JUNE_1)
    return World(bank, payments, cards, ledger, portal, september, october, sit, gate, summit)


def person(user, name=""):
    """The entry of somebody with an account among the people of the organisation."""
    return Person.objects.create(name=name or user.name, user_id=user.pk)


@pytest.fixture
def olgas(olga, in_acme):
    """Olga, who decides."""
    return person(olga)


@pytest.fixture
def unmet(world, rita):
    """A criterion of the gate of September that nobody has met."""
    return create([Criterion(gate=world.gate, name="No open severity 1")], by=rita, at=JUNE_1).rows[0]


def asked(world, olgas, rita, *, kind=ExceptionRequest.Kind.WAIVER, **about):
    """An exception that Rita asked for, for Olga to decide."""
    values = {
        "release": world.september,
        "subject": "Open defects",
        "reason": "The fix comes a week later.",
        "risk_if_granted": "A few customers see it.",
        "risk_if_refused": "The release waits a quarter.",
        "approver": olgas,
        "expires_at": JUNE_1 + 60 * DAY,
        **about,
    }
    return ask([ExceptionRequest(kind=kind, **values)], by=rita, at=JUNE_1).rows[0]
