"""Releases of Acme that the verb contract is proven on."""

from datetime import date

import pytest

from calendar_app.models import Release
from releasemgr.changes.revisions import create
from releasemgr.tenancy.models import next_numbers
from tests.conftest import JUNE_1


def planned(project, rita, *targets):
    """One project release of ``project`` for each target date, made by the verb."""
    rows = [
        Release(
            number=number,
            kind=Release.Kind.PROJECT,
            name=f"{project} {number}",
            project=project,
            starts_on=date(2026, 6, 1),
            target_date=target,
        )
        for number, target in zip(next_numbers("release", len(targets)), targets, strict=True)
    ]
    return create(rows, by=rita, at=JUNE_1, verb="planned").rows


@pytest.fixture
def september(payments, rita):
    """A project release for 1 September."""
    return planned(payments, rita, date(2026, 9, 1))[0]


@pytest.fixture
def pair(payments, rita):
    """Two project releases, for 1 and 2 October."""
    return planned(payments, rita, date(2026, 10, 1), date(2026, 10, 2))
