"""The cast and their organisations: `rita` manages releases at Acme, `vic` only looks, `mallory` is at Globex."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings

from releasemgr.accounts.models import Membership, User
from releasemgr.accounts.roles import Role
from releasemgr.portfolio.models import Portfolio, Project
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import org_scope

pytest_plugins = ["tests.database"]

# A busy machine is slow at times; that says nothing about what is tested.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

JUNE_1 = datetime(2026, 6, 1, 9, tzinfo=UTC)


def member(org, role, name):
    """A person with that role in the organisation; signs in with the address ``name@org``."""
    user = User(email=f"{name.lower()}@{org.slug}.example", name=name)
    user.set_unusable_password()
    user.save()
    Membership.objects.create(org=org, user=user, role=role)
    return user


@pytest.fixture
def acme(db):
    return Organisation.objects.create(slug="acme", name="Acme", time_zone="Europe/Berlin")


@pytest.fixture
def globex(db):
    return Organisation.objects.create(slug="globex", name="Globex", time_zone="UTC")


@pytest.fixture
def rita(acme):
    return member(acme, Role.RELEASE_MANAGER, "Rita")


@pytest.fixture
def vic(acme):
    return member(acme, Role.VIEWER, "Vic")


@pytest.fixture
def olga(acme):
    return member(acme, Role.OWNER, "Olga")


@pytest.fixture
def emma(acme):
    return member(acme, Role.ENVIRONMENT_MANAGER, "Emma")


@pytest.fixture
def pete(acme):
    return member(acme, Role.PROJECT_LEAD, "Pete")


@pytest.fixture
def mallory(globex):
    return member(globex, Role.RELEASE_MANAGER, "Mallory")


@pytest.fixture
def in_acme(acme):
    """The scope of Acme, open for the whole test."""
    with org_scope(acme):
        yield acme


@pytest.fixture
def bank(in_acme):
    """A portfolio node of Acme."""
    return Portfolio.objects.create(name="Retail bank")


@pytest.fixture
def payments(bank):
    """A project of Acme."""
    return Project.objects.create(key="payments", name="Payments", portfolio=bank)
