"""Seeding the demo: two organisations of our own invention, the same for the same seed and day."""

import hashlib
import hmac
from base64 import b32encode
from dataclasses import dataclass, field
from random import Random

from django.conf import settings
from django.contrib.auth.hashers import make_password

from releasemgr.accounts.founding import found, new_password
from releasemgr.accounts.models import Membership, User
from releasemgr.accounts.roles import Role
from releasemgr.demo.approvals import plant_approvals
from releasemgr.demo.bank import BANK
from releasemgr.demo.blockouts import plant_blockouts
from releasemgr.demo.bookings import plant_bookings
from releasemgr.demo.carrier import CARRIER
from releasemgr.demo.criteria import plant_criteria
from releasemgr.demo.dependencies import plant_dependencies
from releasemgr.demo.deployments import plant_deployments
from releasemgr.demo.discussion import plant_discussion
from releasemgr.demo.exceptions import plant_exceptions
from releasemgr.demo.flow import plant_flow
from releasemgr.demo.gates import plant_gates
from releasemgr.demo.improvement import plant_actions, plant_conflict_decisions
from releasemgr.demo.initiatives import plant_initiatives
from releasemgr.demo.log import plant_log
from releasemgr.demo.nominations import plant_nominations
from releasemgr.demo.outages import plant_outages
from releasemgr.demo.portfolio import plant_portfolio
from releasemgr.demo.scene import Scene
from releasemgr.demo.scope import plant_scope
from releasemgr.demo.templates import plant_templates
from releasemgr.demo.trains import plant_trains
from releasemgr.demo.words import plant_words
from releasemgr.tenancy.scope import org_scope

BLUEPRINTS = (BANK, CARRIER)


@dataclass(frozen=True)
class Login:
    """Who can sign in; ``password`` is None for people whose password this run did not set and does not know."""

    email: str
    password: str | None
    role: str
    organisation: str


@dataclass
class Seeded:
    """A demo organisation, whether this run made it, its logins and what was planted (noun -> number)."""

    org: object
    is_new: bool
    logins: list[Login]
    counts: dict[str, int] = field(default_factory=dict)


def seed(blueprint, *, seed, today, password):
    """Plant a demo organisation whole or not at all; one that exists is left as it is. Returns a Seeded.

    ``today`` is the local day around which everything is laid out; ``password`` is given to its logins. Runs outside
    any organisation scope.
    """
    org, is_new = found(
        blueprint.slug,
        name=blueprint.name,
        time_zone=blueprint.time_zone,
        currency=blueprint.currency,
    )
    if not is_new:
        return Seeded(org, is_new=False, logins=_known_logins(org, blueprint, password))
    members = _plant_members(org, blueprint, password)
    with org_scope(org):
        scene = Scene(blueprint, org, Random(f"{seed}/{blueprint.slug}"), today)  # noqa: S311 (no secret)
        _plant(scene, members)
    logins = [
        Login(user.email, password, role, org.slug)
        for user, role in zip(members, blueprint.logins, strict=True)
    ]
    return Seeded(org, is_new=True, logins=logins, counts=dict(scene.planted))


def demo_password():
    """The password of all demo logins: of this data folder when `up` gave its secret, else a new random one."""
    secret = settings.DEMO_SEED
    if not secret:
        return new_password()
    digest = hmac.new(secret.encode(), b"releasemgr demo password", hashlib.sha256).digest()
    return b32encode(digest).decode().lower()[:16]


def _plant(scene, members):
    plant_portfolio(scene, members)
    plant_words(scene)
    plant_templates(scene)
    trains = plant_trains(scene)
    plant_nominations(scene, trains)
    plant_gates(scene, trains)
    plant_deployments(scene, trains)
    plant_flow(scene)
    plant_blockouts(scene)
    plant_bookings(scene, trains)
    plant_outages(scene)
    plant_actions(scene)
    plant_conflict_decisions(scene)
    plant_log(scene)
    plant_discussion(scene)
    plant_criteria(scene)
    plant_exceptions(scene, members)
    plant_dependencies(scene, trains)
    plant_scope(scene, trains)
    plant_initiatives(scene, trains)
    plant_approvals(scene, trains)


def _plant_members(org, blueprint, password):
    encoded = make_password(password)  # once: the hash is slow on purpose
    users = [
        User(email=_email(blueprint, role), name=name, password=encoded)
        for role, name in blueprint.logins.items()
    ]
    User.objects.bulk_create(users)
    Membership.objects.bulk_create(
        Membership(org=org, user=user, role=role) for user, role in zip(users, blueprint.logins, strict=True)
    )
    return users


def _email(blueprint, role):
    return f"{Role(role).value.replace('_', '.')}@{blueprint.slug}.example"


def _known_logins(org, blueprint, password):
    """The logins of an organisation made earlier, with the password where it still is the data folder's own."""
    logins = []
    for role in blueprint.logins:
        member = (
            Membership.objects.filter(org=org, user__email=_email(blueprint, role))
            .select_related("user")
            .first()
        )
        if member:
            known = password if member.user.check_password(password) else None
            logins.append(Login(member.user.email, known, member.role, org.slug))
    return logins
