"""The demo: complete, believable, the same for the same seed, and never made twice."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Q

from calendar_app.models import Blockout, Claim, Deployment, Gate, GateRound, Release
from environments.models import Booking
from releasemgr.accounts.roles import Role
from releasemgr.demo.bookings import Shelf
from releasemgr.demo.seed import demo_password
from releasemgr.portfolio.models import Application, ApplicationDependency, Environment, Portfolio, Project
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import org_scope

pytestmark = pytest.mark.django_db

TODAY = "2026-11-23"
CARRIER, BANK = "quillhaven-parcels", "aldermere-bank"


def seed(*arguments):
    output = StringIO()
    call_command("seed_demo", "--json", "--today", TODAY, *arguments, stdout=output)
    return json.loads(output.getvalue())


def story():
    """What people would see, without ids."""
    return (
        list(
            Release.objects.order_by("number").values_list("name", "status", "target_date", "actual_go_live")
        ),
        list(Deployment.objects.order_by("number").values_list("version_label", "status", "finished_at")),
        list(Booking.objects.order_by("number").values_list("purpose", "starts_at", "status", "units")),
    )


def test_the_same_seed_tells_the_same_story(db):
    told = []
    for number in ("7", "7", "8"):
        with transaction.atomic():
            seed("--org", CARRIER, "--seed", number)
            with org_scope(Organisation.objects.get(slug=CARRIER)):
                told.append(story())
            transaction.set_rollback(True)

    assert told[0] == told[1]
    assert told[0] != told[2]


def test_a_second_run_changes_nothing(db):
    first = seed("--org", CARRIER)
    with org_scope(Organisation.objects.get(slug=CARRIER)):
        before = story()

    second = seed("--org", CARRIER)

    assert first["organisations"] == [
        {"slug": CARRIER, "name": "Quillhaven Parcels", "path": f"/o/{CARRIER}/", "made": True}
    ]
    assert second["organisations"][0]["made"] is False
    with org_scope(Organisation.objects.get(slug=CARRIER)):
        assert story() == before


def test_every_role_can_sign_in(client, settings):
    settings.DEMO_SEED = "a secret of this data folder"
    logins = seed("--org", CARRIER)["logins"]

    assert {login["role"] for login in logins} == set(Role)
    for login in logins[:2]:
        assert client.login(username=login["email"], password=login["password"])
        assert client.get(f"/o/{CARRIER}/preferences/").status_code != 404
    assert seed("--org", CARRIER)["logins"] == logins


def test_passwords_differ_between_data_folders(settings):
    settings.DEMO_SEED = "one"
    one = demo_password()
    settings.DEMO_SEED = "two"

    assert demo_password() != one
    settings.DEMO_SEED = ""
    assert demo_password() != demo_password()


def test_an_unknown_demo_organisation_is_named():
    with pytest.raises(CommandError, match="no demo organisation nowhere"):
        seed("--org", "nowhere")


def test_the_bank_has_what_a_release_manager_works_with(db):
    seed("--org", BANK)

    with org_scope(Organisation.objects.get(slug=BANK)):
        assert Project.objects.count() == 60
        assert Application.objects.count() == 40
        assert ApplicationDependency.objects.count() > 60
        assert Environment.objects.count() == 25
        assert Portfolio.objects.filter(parent__parent__isnull=False).count() == 13
        _releases_are_under_way()
        _something_went_wrong()
        _environments_are_contended()


def _releases_are_under_way():
    enterprise = Release.objects.filter(kind=Release.Kind.ENTERPRISE)
    assert enterprise.filter(parent=None, status=Release.Status.ACTIVE).count() == 2
    assert enterprise.filter(status=Release.Status.LIVE).count() == 4
    live = Release.objects.filter(status=Release.Status.LIVE)
    assert not live.filter(actual_go_live__date__gt=date.fromisoformat(TODAY)).exists()
    assert Claim.objects.filter(kind=Claim.Kind.RELEASE).count() > 300


def _something_went_wrong():
    assert Gate.objects.filter(state=Gate.State.OPEN, planned_date__lt=date.fromisoformat(TODAY)).exists()
    assert GateRound.objects.filter(decision=GateRound.Decision.REJECTED).exists()
    assert Deployment.objects.filter(status=Deployment.Status.ROLLED_BACK).exists()
    assert Deployment.objects.filter(kind=Deployment.Kind.HOTFIX).exists()
    hard = (
        Blockout.objects.filter(is_hard=True, starts_at__gt=f"{TODAY}T00:00Z").order_by("starts_at").first()
    )
    assert Deployment.objects.filter(
        planned_start__gte=hard.starts_at, planned_start__lt=hard.ends_at, status=Deployment.Status.PLANNED
    ).exists()
    assert Blockout.objects.filter(is_hard=False, starts_at__gt=f"{TODAY}T00:00Z").exists()


def _environments_are_contended():
    waiting = Booking.objects.filter(status=Booking.Status.REQUESTED, starts_at__gt=f"{TODAY}T00:00Z")
    held = Booking.objects.filter(holds=True)
    assert any(
        held.filter(
            environment=one.environment_id, starts_at__lt=one.ends_at, ends_at__gt=one.starts_at
        ).exists()
        for one in waiting
    )
    assert Booking.objects.filter(status=Booking.Status.REJECTED, refusal=Booking.Refusal.CAPACITY).exists()


def test_nothing_approved_exceeds_the_capacity(db):
    seed("--org", CARRIER)

    with org_scope(Organisation.objects.get(slug=CARRIER)):
        shelf = Shelf()
        took_units = Q(holds=True) | Q(status=Booking.Status.COMPLETED)
        for booking in Booking.objects.filter(took_units).order_by("starts_at", "pk"):
            assert shelf.fits(booking), booking
            shelf.take(booking)
