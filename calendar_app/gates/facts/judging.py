"""Judging criteria by facts: all that an act can have changed in one pass, or all there are.

What a rule finds is derived: it is written without a new version of the criterion, so that people who edit one do
not lose a race against the facts; a change of its state is recorded.
"""

from collections import defaultdict

from django.db.models import Q

from calendar_app.gates.facts.reach import Reach, releases_of, with_those_above
from calendar_app.gates.facts.rulebook import rulebook
from calendar_app.models import Criterion, Gate, Release
from releasemgr.activity.trail import Happening, record
from releasemgr.changes.nouns import settle
from releasemgr.changes.revisions import lock

_DERIVED = ["state", "value", "judged_at", "judged_by_name"]


def rejudge(changed, at):
    """Judge anew what rows of ``changed`` (model -> rows) are facts of; watches every act."""
    concerned = _concerned(changed)
    if concerned is not None:
        judge_all(Criterion.objects.filter(concerned), at)


def judge_all(criteria, at):
    """Judge a set of criteria by the facts as they are now, and write what differs. Returns those that changed.

    Gates, then criteria are locked before anything is read: of two acts at once, the later one reads what the
    earlier one did.
    """
    ids = list(criteria.counting().exclude(gate__state=Gate.State.CANCELLED).values_list("pk", "gate"))
    if not ids:
        return []
    lock(Gate, {gate_id for _pk, gate_id in ids})
    rows = list(lock(Criterion, [pk for pk, _gate_id in ids]).values())
    return _write(rows, evaluate(rows, at), at)


def evaluate(criteria, at):
    """``{criterion.pk: Verdict}`` of criteria whose rule is known, in a fixed number of statements a rule."""
    by_rule = defaultdict(list)
    for criterion in criteria:
        if criterion.rule in rulebook:
            by_rule[criterion.rule].append(criterion)
    if not by_rule:
        return {}
    reach = Reach([criterion for group in by_rule.values() for criterion in group])
    found = {}
    for code, group in sorted(by_rule.items()):
        found |= rulebook[code].judge(group, reach, at)
    return found


def verify_criteria(at):
    """What differs between stored verdicts and the facts: a list of sentences, empty when none."""
    rows = list(Criterion.objects.counting().exclude(rule="").exclude(gate__state=Gate.State.CANCELLED))
    verdicts = evaluate(rows, at)
    return [
        f"criterion {row.pk} ({row.rule}): is {row.state} {row.value}, should be {verdict}"
        for row in rows
        if (verdict := verdicts.get(row.pk)) and (row.state, row.value) != (verdict.state, verdict.value)
    ]


def _concerned(changed):
    """The criteria that an act may have changed as a condition; None when it changed no facts of any rule."""
    facts = {model for rule in rulebook.values() for model in rule.facts} | {Release}
    touched = {model: rows for model, rows in changed.items() if model in facts}
    fresh = [row.pk for row in changed.get(Criterion, ()) if row.rule and row.judged_at is None]
    if not touched and not fresh:
        return None
    release_ids = {pk for model, rows in touched.items() for pk in releases_of(model, rows)}
    codes = [rule.code for rule in rulebook.values() if Release in touched or set(rule.facts) & set(touched)]
    near = Q(rule__in=codes, gate__release__in=with_those_above(release_ids)) if release_ids else Q(pk__in=[])
    if Release in touched:
        near |= _left_behind()
    return near | Q(pk__in=fresh)


def _left_behind():
    """The criteria of enterprise releases in progress: a release may have left any of them."""
    return ~Q(rule="") & Q(
        gate__release__kind=Release.Kind.ENTERPRISE, gate__release__status__in=Release.OPEN
    )


def _write(rows, verdicts, at):
    differing, same, happenings = [], [], []
    for row in rows:
        verdict = verdicts.get(row.pk)
        if verdict is None:
            continue
        if (row.state, row.value) != (verdict.state, verdict.value) or row.judged_at is None:
            differing.append(row)
        else:
            same.append(row.pk)
        if row.state != verdict.state:
            happenings.append(Happening(row, {"state": [row.state, str(verdict.state)]}))
        row.state, row.value, row.judged_at, row.judged_by_name = verdict.state, verdict.value, at, ""
    Criterion.objects.filter(pk__in=same).update(judged_at=at)
    if differing:
        Criterion.objects.bulk_update(differing, _DERIVED, batch_size=500)
        settle(differing, at=at)
        record(by=None, verb="judged", at=at, happenings=happenings)
    return differing
