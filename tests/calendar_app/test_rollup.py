"""A gate that follows the gates below: refuses to pass before them, names who is missing, opens when one opens."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from calendar_app.gates.counting import choose_below, gates_above, names_below, names_counting
from calendar_app.gates.plans import edit_gate, plan_gates
from calendar_app.gates.rollup import missing, rollups, tallies
from calendar_app.gates.rounds import decide, revoke, submit
from calendar_app.models import Gate, GateRound, Release
from calendar_app.models.releases import NotPossible
from calendar_app.releases.lifecycle import cancel
from calendar_app.releases.plans import edit
from releasemgr.changes.revisions import Revision, create, revise
from releasemgr.tenancy.models import next_numbers
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

LATER = JUNE_1 + timedelta(hours=3)


def change(row, **values):
    return revise([Revision(row, None, values)], by=None, at=JUNE_1).rows[0]


def fresh(gate):
    return Gate.objects.select_related("release").get(pk=gate.pk)


def passing(gate, rita, decision="passed"):
    (gate,) = submit([fresh(gate)], by=rita, at=JUNE_1).rows
    return decide([fresh(gate)], decision, by=rita, at=LATER, note="x").rows[0]


@pytest.fixture
def tiers(world, rita):
    """Group (a gate) over Autumn (a gate) over September and October (a gate each), all counting upward."""
    rows = []
    for name, target in (("Group", date(2026, 12, 20)), ("Autumn", date(2026, 12, 1))):
        row = Release(
            number=next_numbers("release")[0],
            kind="enterprise",
            name=name,
            target_date=target,
            parent=rows[-1] if rows else None,
        )
        rows.append(create([row], by=rita, at=JUNE_1).rows[0])
    change(world.september, parent=rows[1])
    change(world.october, parent=rows[1])

    def gate(release, parent, **values):
        row = Gate(release=release, name="Go", planned_date=date(2026, 9, 1), parent=parent, **values)
        return create([row], by=rita, at=JUNE_1).rows[0]

    top = gate(rows[0], None, rollup="all")
    middle = gate(rows[1], top, rollup="all")
    return top, middle, gate(world.september, middle), gate(world.october, middle)


def test_a_gate_does_not_pass_before_those_below_and_names_them(tiers, rita):
    _top, middle, september, october = tiers
    passing(september, rita)
    submit([fresh(middle)], by=rita, at=LATER)

    with pytest.raises(NotPossible, match=r"needs 2 of the gates below it; 1 passed\. Missing: October"):
        decide([fresh(middle)], "passed", by=rita, at=LATER)

    assert missing([middle]) == {middle.pk: [october]}


@pytest.mark.parametrize(
    ("rule", "needed", "is_met"),
    [
        ("all", None, False),
        ("required", None, True),
        ("some", 1, True),
        ("some", 2, False),
        ("some", 3, False),
    ],
)
def test_each_rule_asks_for_what_it_says(tiers, rita, rule, needed, is_met):
    _top, middle, september, october = tiers
    change(october, is_required=False)
    change(middle, rollup=rule, rollup_needed=needed)
    passing(september, rita)

    assert rollups([fresh(middle)])[middle.pk].is_met is is_met
    assert tallies([fresh(middle)])[middle.pk].is_met is is_met


def test_a_board_counts_as_the_decision_does(tiers, rita):
    passing(tiers[2], rita)
    counted, exact = tallies(Gate.objects.all()), rollups(Gate.objects.all())

    assert counted == exact
    assert tiers[2].pk not in exact  # it has no gates below


def test_a_cancelled_release_counts_no_more(tiers, rita, world):
    _top, middle, september, _october = tiers
    passing(september, rita)
    cancel([Release.objects.get(pk=world.october.pk)], by=rita, at=LATER)

    assert passing(middle, rita).state == "passed"


def test_when_a_gate_below_opens_every_gate_above_opens_with_its_cause(tiers, rita):
    top, middle, september, october = tiers
    for gate in (september, october, middle, top):
        passing(gate, rita)

    revoke([fresh(september)], by=rita, at=LATER + timedelta(days=1))

    assert [fresh(gate).state for gate in tiers] == ["open", "open", "open", "passed"]
    causes = {gate.pk: GateRound.objects.get(gate=gate).revoked_because["changes"] for gate in (top, middle)}
    assert causes == {
        middle.pk: [
            {"code": "gates-below", "passed": 1, "needed": 2, "missing": 1, "names": ["September: Go"]}
        ],
        top.pk: [{"code": "gates-below", "passed": 0, "needed": 1, "missing": 1, "names": ["Autumn: Go"]}],
    }


def test_enough_others_keep_a_gate_passed(tiers, rita):
    _top, middle, september, october = tiers
    change(middle, rollup="some", rollup_needed=1)
    for gate in (september, october, middle):
        passing(gate, rita)

    revoke([fresh(september)], by=rita, at=LATER)

    assert fresh(middle).state == "passed"


def test_a_release_that_leaves_takes_its_gates_along(tiers, rita, world):
    _top, middle, september, _october = tiers
    change(middle, rollup="some", rollup_needed=1)
    passing(september, rita)
    passing(middle, rita)

    edit(Release.objects.get(pk=world.september.pk), {"parent": None}, by=rita, at=LATER)

    assert fresh(september).parent_id is None
    assert fresh(middle).state == "open"


def test_a_gate_counts_only_upward(tiers, world, rita):
    top, middle, september, _october = tiers

    for wrong in (september, fresh(world.gate)):
        with pytest.raises(ValidationError) as caught:
            edit_gate(fresh(middle), {"parent": wrong}, by=rita, at=JUNE_1)
        assert list(caught.value.message_dict) == ["parent"]
    assert list(gates_above(september.release)) == [middle, top]
    assert list(gates_above(top.release)) == []


def test_a_new_gate_does_not_slip_under_a_passed_one(tiers, rita, world):
    for gate in (*tiers[2:], tiers[1]):
        passing(gate, rita)
    late = Gate(release=world.september, name="Late", planned_date=date(2026, 8, 1), parent=fresh(tiers[1]))

    with pytest.raises(NotPossible, match="passed already"):
        plan_gates([late], by=rita, at=LATER)


def test_gates_below_are_chosen_by_name(tiers, rita):
    top, middle, september, _october = tiers
    middle = fresh(middle)
    assert dict(names_below(middle)) == {"Go": 2, "SIT exit": 1}
    assert names_counting(middle) == ["Go"]

    choose_below(middle, ["SIT exit"], {"rollup": "some", "rollup_needed": 1}, by=rita, at=JUNE_1)

    assert names_counting(middle) == ["SIT exit"]
    assert (fresh(september).parent_id, fresh(middle).rollup_needed) == (None, 1)
    assert fresh(middle).parent_id == top.pk
