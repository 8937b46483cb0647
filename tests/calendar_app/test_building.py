"""Building releases from templates: everything in one act, dated backwards."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calendar_app.models import ApprovalGroup, Gate, Release, Stakeholder, Template
from calendar_app.releases.plans import plan
from calendar_app.templates.build import build, planned_dates
from calendar_app.templates.starters import STARTERS, starter_plan, take_over
from calendar_app.templates.versions import NotSound, copy_template, draft_of, publish, redraft, retire
from releasemgr.portfolio.models import Person, WorkingCalendar
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db


@pytest.fixture
def nora(in_acme):
    return Person.objects.create(name="Nora")


@pytest.fixture
def quarterly(in_acme, rita):
    return take_over("quarterly", by=rita, at=JUNE_1)


@pytest.fixture
def autumn(bank, nora, rita):
    row = Release(
        kind="enterprise", name="Autumn", portfolio=bank, owner=nora, target_date=date(2026, 11, 14)
    )
    return plan([row], by=rita, at=JUNE_1).rows[0]


def test_a_release_gets_everything_its_template_says(autumn, quarterly, nora, rita):
    version = quarterly.versions.get()

    build(autumn, version, by=rita, at=JUNE_1)

    built = Release.objects.get(pk=autumn.pk)
    phases = list(built.phases.order_by("position").values_list("name", "starts_on", "ends_on"))
    assert built.template_version == version
    assert phases[-3:] == [
        ("Preparation", date(2026, 11, 9), date(2026, 11, 12)),
        ("Deployment", date(2026, 11, 13), date(2026, 11, 14)),
        ("Hypercare", date(2026, 11, 16), date(2026, 11, 27)),
    ]
    assert built.starts_on == phases[0][1]
    counts = [
        built.gates.count(),
        *(
            sum(getattr(gate, name).count() for gate in built.gates.all())
            for name in ("criteria", "approval_rules")
        ),
        sum(phase.activities.count() for phase in built.phases.all()),
    ]
    assert counts == [5, 9, 4, 8]
    assert Stakeholder.objects.get(release=built, part="accountable").person == nora
    decision = built.gates.get(name="Enterprise go / no-go")
    assert (decision.planned_date, decision.rollup, decision.kind) == (
        date(2026, 11, 11),
        "required",
        "go_no_go",
    )
    assert decision.criteria.get(name__startswith="Support").owner == nora


def test_a_holiday_moves_what_lies_before_it(autumn, quarterly, rita):
    version = quarterly.versions.get()
    without = planned_dates(autumn, version).first
    WorkingCalendar.objects.create(name="New York", country="US", subdivision="NY", is_default=True)

    build(autumn, version, by=rita, at=JUNE_1)

    # Labor Day, Columbus Day, Election Day and Veterans Day
    assert (without, autumn.phases.get(kind="design").starts_on) == (date(2026, 7, 20), date(2026, 7, 14))


def test_a_draft_a_retired_template_and_a_second_time_are_refused(autumn, quarterly, rita):
    draft = draft_of(quarterly, by=rita, at=JUNE_1)
    with pytest.raises(ValidationError, match="draft"):
        build(autumn, draft, by=rita, at=JUNE_1)

    build(autumn, quarterly.versions.get(number=1), by=rita, at=JUNE_1)
    with pytest.raises(ValidationError, match="already"):
        build(Release.objects.get(pk=autumn.pk), quarterly.versions.get(number=1), by=rita, at=JUNE_1)

    retire(Template.objects.get(pk=quarterly.pk), by=rita, at=JUNE_1)
    with pytest.raises(ValidationError, match="retired"):
        build(Release(name="x"), quarterly.versions.get(number=1), by=rita, at=JUNE_1)
    assert autumn.gates.count() == 5


def test_a_template_for_projects_builds_no_enterprise_release(autumn, rita):
    mobile = take_over("mobile", by=rita, at=JUNE_1)

    with pytest.raises(ValidationError, match="another kind"):
        build(autumn, mobile.versions.get(), by=rita, at=JUNE_1)
    assert not Gate.objects.exists()


@pytest.mark.parametrize("code", sorted(STARTERS))
def test_every_starter_is_sound_and_can_be_taken_over_twice(code, in_acme, rita):
    first, second = (take_over(code, by=rita, at=JUNE_1) for _ in range(2))

    assert (first.versions.get().published_at, second.name) == (JUNE_1, f"{first.name} (2)")
    assert ApprovalGroup.objects.count() == len({one.group for one in starter_plan(code).approvals})


def test_a_published_version_is_fixed_and_a_draft_says_what_is_wrong(quarterly, rita):
    published = quarterly.versions.get()
    draft = draft_of(quarterly, by=rita, at=JUNE_1)
    phases = starter_plan("quarterly").phases

    with pytest.raises(ValidationError, match="no longer changes"):
        redraft(published, "phases", phases, by=rita, at=JUNE_1)
    with pytest.raises(NotSound) as refused:
        redraft(draft, "phases", phases[1:], by=rita, at=JUNE_1)  # the scope freeze stands in the first

    assert [(fault.section, fault.field) for fault in refused.value.faults] == [
        ("gates", "phase"),
        ("activities", "phase"),
        ("activities", "phase"),
    ]
    assert draft_of(quarterly, by=rita, at=JUNE_1) == draft


def test_a_copy_begins_as_a_draft_with_the_same_plan(quarterly, rita):
    copied = copy_template(quarterly, "Our quarterly", by=rita, at=JUNE_1)

    draft = copied.versions.get()
    assert (draft.plan, draft.published_at) == (quarterly.versions.get().plan, None)
    publish(draft, by=rita, at=JUNE_1)
    assert list(Template.objects.usable().order_by("name")) == [copied, quarterly]


def test_a_large_template_costs_no_more_than_a_small_one(autumn, quarterly, bank, nora, rita):
    monthly = take_over("monthly", by=rita, at=JUNE_1)
    winter = Release(
        kind="enterprise", name="Winter", portfolio=bank, owner=nora, target_date=date(2026, 12, 5)
    )
    winter = plan([winter], by=rita, at=JUNE_1).rows[0]
    counted = []
    for release, template in ((autumn, quarterly), (winter, monthly)):
        version = template.versions.get()
        with CaptureQueriesContext(connection) as statements:
            build(release, version, by=rita, at=JUNE_1)
        counted.append(len(statements))

    assert counted[0] <= counted[1]
