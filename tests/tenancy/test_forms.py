"""OrgForm finds a duplicate within the organisation before the database does, and none in another one."""

import pytest

from releasemgr.portfolio.models import Team
from releasemgr.tenancy.forms import OrgForm
from releasemgr.tenancy.scope import org_scope

pytestmark = pytest.mark.django_db


class TeamForm(OrgForm):
    class Meta:
        model = Team
        fields = ["name"]


def test_a_duplicate_is_named_and_another_organisations_name_is_free(acme, globex):
    with org_scope(acme):
        Team.objects.create(name="Ledger")
        form = TeamForm({"name": "Ledger"})

        assert not form.is_valid()
        assert form.errors == {"name": ["This is taken already in your organisation."]}

    with org_scope(globex):
        assert TeamForm({"name": "Ledger"}).is_valid()
