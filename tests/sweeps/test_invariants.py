"""`verify_invariants`: quiet on a sound organisation, and each check finds the fault planted for it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from calendar_app.models import Claim, Conflict
from environments.models import Booking
from releasemgr.invariants import broken, keys_stay_inside
from releasemgr.portfolio.models import Person
from releasemgr.tenancy.ids import uuid7
from releasemgr.tenancy.scope import org_scope
from reporting.models import Cell

pytestmark = pytest.mark.django_db


def verify(*arguments):
    """What the command prints about an organisation in which nothing is broken."""
    output = StringIO()
    call_command("verify_invariants", *arguments, stdout=output)
    return output.getvalue()


def found(org):
    """What the command prints about an organisation in which something is broken; it must exit with 1."""
    output = StringIO()
    with pytest.raises(CommandError) as raised:
        call_command("verify_invariants", "--org", org.slug, stdout=output)
    assert raised.value.returncode == 1
    return output.getvalue()


def test_the_demo_keeps_every_promise(org):
    assert broken(org) == []


def test_an_unknown_organisation_is_named():
    with pytest.raises(CommandError, match="There is no organisation nowhere"):
        call_command("verify_invariants", "--org", "nowhere")


def test_a_lost_claim_is_found(org):
    with org_scope(org):
        Claim.objects.filter(pk=Claim.objects.filter(kind=Claim.Kind.DEPLOYMENT).first().pk).delete()

    assert "claims equal their sources" in found(org)


def test_a_forgotten_conflict_is_found(org):
    with org_scope(org):
        Conflict.objects.filter(pk=Conflict.objects.first().pk).delete()

    assert "conflicts equal a recompute" in found(org)


def test_a_double_booking_is_found(org):
    with org_scope(org):
        booking = Booking.objects.filter(holds=True, is_exclusive=False).order_by("starts_at").first()
        Booking.objects.filter(pk=booking.pk).update(units=500)

    assert "nothing is booked twice" in found(org)


def test_a_key_that_leads_out_is_found(org):
    """The composite keys are deferrable, so that inside one transaction a row can point at nothing for a while."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    with org_scope(org):
        Person.objects.filter(pk=Person.objects.first().pk).update(team_id=uuid7())
        strays = keys_stay_inside(org)
        transaction.set_rollback(True)

    assert [sentence.partition(": ")[2] for sentence in strays] == ["team_id leads out of the organisation"]


def test_a_wrong_figure_is_found(org):
    with org_scope(org):
        cell = Cell.objects.filter(value__gt=0, is_partial=False).first()
        Cell.objects.filter(pk=cell.pk).update(value=cell.value + 1)

    assert "figures equal a recompute" in found(org)
