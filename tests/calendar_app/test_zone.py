"""A new time zone of the organisation moves every local day, and with it claims and conflicts."""

from datetime import timedelta

import pytest

from calendar_app.claims import verify_claims
from calendar_app.conflicts import verify_conflicts
from calendar_app.models import Claim
from releasemgr.administration.forms import OrganisationForm
from releasemgr.administration.organisation import save_organisation
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db


def test_claims_and_conflicts_follow_the_new_zone(world, acme, olga):
    before = Claim.objects.get(source_id=world.gate.pk, is_primary=True)
    form = OrganisationForm(
        {"name": "Acme", "time_zone": "Asia/Tokyo", "currency": "EUR", "version": 1}, instance=acme
    )

    assert form.is_valid()
    save_organisation(form, by=olga, at=JUNE_1)

    after = Claim.objects.get(pk=before.pk)
    assert before.starts_at - after.starts_at == timedelta(hours=7)
    assert verify_claims() == []
    assert verify_conflicts() == []
