"""The bench compares cells with figures computed straight from the facts: both must be the same figures."""

import pytest

from releasemgr.bench.dashboard import agree
from releasemgr.bench.measured import LAST, measured_organisation
from releasemgr.tenancy.scope import org_scope
from reporting.models import Cell
from reporting.recompute import recompute

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_cells_equal_the_figures_computed_from_the_facts_until_one_is_wrong():
    org = measured_organisation(5_000)
    recompute(org, as_of=LAST)

    with org_scope(org):
        agree(org)
        cell = Cell.objects.filter(metric="K02", period_type="month", value__isnull=False).order_by(
            "-start_on"
        )
        project = cell.filter(scope_id__in=org.projects.values("pk")).first()
        Cell.objects.filter(pk=project.pk).update(value=project.value + 1)
        with pytest.raises(RuntimeError, match="K02"):
            agree(org)
