"""The rules over facts that every organisation has: defects, tests, versions, dependencies, activities, gates below."""

from collections import defaultdict

from django import forms
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calendar_app.gates.facts.candidates import candidate_cases, candidate_words, judge_candidates
from calendar_app.gates.facts.rulebook import FactRule, add_rule, open_or
from calendar_app.gates.facts.versions import judge_versions, version_cases, version_words
from calendar_app.models import (
    Dependency,
    Gate,
    PhaseActivity,
    PlannedVersion,
    Release,
    TestRun,
    Version,
    WorkItem,
)
from releasemgr.tenancy.days import local_date
from releasemgr.tenancy.scope import current_org

_PASSED = Q(state__in=[Gate.State.PASSED, Gate.State.CONDITIONAL])


def judge_defects(criteria, reach, _at):
    """Open defects of a severity or worse, at most as many as allowed."""
    counted = (
        WorkItem.objects.open_defects()
        .filter(release__in=reach.release_ids)
        .values("release", "severity")
        .annotate(n=Count("pk"))
    )
    by_release = defaultdict(dict)
    for row in counted.order_by("release", "severity"):
        by_release[row["release"]][row["severity"]] = row["n"]
    return {criterion.pk: _defects(criterion, reach.of(criterion), by_release) for criterion in criteria}


def _defects(criterion, release_ids, by_release):
    severity, most = criterion.parameters.get("severity", 1), criterion.parameters.get("most", 0)
    found = sum(n for pk in release_ids for one, n in by_release.get(pk, {}).items() if one <= severity)
    return open_or({"open": found, "severity": severity, "most": most}, is_known=True, is_met=found <= most)


def defect_words(value):
    """ "2 open of severity 1" """
    words = ngettext("%(open)d open defect", "%(open)d open defects", value["open"]) % value
    return _("%(words)s of severity %(severity)d or worse") % {"words": words, "severity": value["severity"]}


def judge_pass_rate(criteria, reach, _at):
    """Passed of all cases, over the newest run of each test of each release."""
    newest = (
        TestRun.objects.filter(release__in=reach.release_ids)
        .order_by("release", "application", "name", "-executed_at", "-pk")
        .distinct("release", "application", "name")
    )
    runs = defaultdict(list)
    for release_id, total, passed in newest.values_list("release", "total", "passed"):
        runs[release_id].append((total, passed))
    found = {}
    for criterion in criteria:
        ran = [run for pk in reach.of(criterion) for run in runs.get(pk, ())]
        found[criterion.pk] = _pass_rate(criterion, ran)
    return found


def _pass_rate(criterion, runs):
    total, passed = sum(run[0] for run in runs), sum(run[1] for run in runs)
    at_least = criterion.parameters.get("at_least", 100)
    value = {"passed": passed, "total": total, "runs": len(runs), "at_least": at_least}
    return open_or(value, is_known=total > 0, is_met=100 * passed >= at_least * total)


def pass_rate_words(value):
    """ "97.5 % passed (390 of 400 cases)" """
    if not value["total"]:
        return _("no test has run yet")
    rate = int(1000 * value["passed"] / value["total"]) / 10  # never rounded up to what was asked for
    return _("%(rate)s %% passed (%(passed)d of %(total)d cases)") % {**value, "rate": f"{rate:g}"}


def judge_dependencies(criteria, reach, at):
    """Nothing that the releases need, for this gate or for none in particular, is still owed."""
    today = local_date(at, current_org().zone)
    states = Dependency.State
    owed = Q(state__in=[states.REQUESTED, states.ACCEPTED, states.REFUSED]) | Q(
        state=states.WAIVED, waived_until__lt=today
    )
    counted = (
        Dependency.objects.filter(release__in=reach.release_ids)
        .exclude(state=states.WITHDRAWN)
        .values("release", "gate")
        .annotate(all=Count("pk"), owed=Count("pk", filter=owed))
    )
    by_release = defaultdict(list)
    for row in counted.order_by("release", "gate"):
        by_release[row["release"]].append((row["gate"], row["all"], row["owed"]))
    return {criterion.pk: _dependencies(criterion, reach.of(criterion), by_release) for criterion in criteria}


def _dependencies(criterion, release_ids, by_release):
    rows = [
        row for pk in release_ids for row in by_release.get(pk, ()) if row[0] in (None, criterion.gate_id)
    ]
    value = {"all": sum(row[1] for row in rows), "owed": sum(row[2] for row in rows)}
    return open_or(value, is_known=True, is_met=value["owed"] == 0)


def dependency_words(value):
    """ "2 of 5 still owed" """
    if not value["all"]:
        return _("nothing is needed of others")
    return _("%(owed)d of %(all)d still owed") % value


def judge_activities(criteria, reach, _at):
    """All activities of the phase that the gate guards are done; without one, of all phases of its release."""
    gates = reach.gates.values()
    rows = (
        PhaseActivity.objects.counting()
        .filter(phase__release__in={gate.release_id for gate in gates})
        .values("phase", "phase__release")
        .annotate(all=Count("pk"), done=Count("pk", filter=Q(percent_done=100)))
    )
    by_phase, by_release = {}, defaultdict(lambda: [0, 0])
    for row in rows.order_by("phase"):
        by_phase[row["phase"]] = (row["all"], row["done"])
        by_release[row["phase__release"]][0] += row["all"]
        by_release[row["phase__release"]][1] += row["done"]
    found = {}
    for criterion in criteria:
        gate = reach.gates[criterion.gate_id]
        counts = by_phase.get(gate.phase_id) if gate.phase_id else by_release.get(gate.release_id)
        everything, done = counts or (0, 0)
        value = {"all": everything, "done": done}
        found[criterion.pk] = open_or(value, is_known=everything > 0, is_met=done == everything)
    return found


def activity_words(value):
    """ "3 of 4 activities done" """
    if not value["all"]:
        return _("no activity is planned")
    return _("%(done)d of %(all)d activities done") % value


def judge_gates_below(criteria, reach, _at):
    """Every gate that counts toward the criterion's gate is passed."""
    counted = (
        Gate.objects.filter(parent__in=list(reach.gates))
        .exclude(state=Gate.State.CANCELLED)
        .exclude(release__status=Release.Status.CANCELLED)
        .values("parent")
        .annotate(all=Count("pk"), passed=Count("pk", filter=_PASSED))
    )
    by_gate = {row["parent"]: (row["all"], row["passed"]) for row in counted.order_by("parent")}
    found = {}
    for criterion in criteria:
        everything, passed = by_gate.get(criterion.gate_id, (0, 0))
        value = {"all": everything, "passed": passed}
        found[criterion.pk] = open_or(value, is_known=everything > 0, is_met=passed == everything)
    return found


def gates_below_words(value):
    """ "12 of 14 gates below passed" """
    if not value["all"]:
        return _("no gate counts toward it")
    return _("%(passed)d of %(all)d gates below passed") % value


def _severity():
    return forms.TypedChoiceField(
        label=gettext_lazy("Severity, or worse"),
        coerce=int,
        choices=[(n, str(n)) for n in range(1, 5)],
        initial=1,
    )


def _most():
    return forms.IntegerField(label=gettext_lazy("At most"), min_value=0, max_value=10_000, initial=0)


def _at_least():
    return forms.IntegerField(
        label=gettext_lazy("At least, per cent"), min_value=1, max_value=100, initial=95
    )


def register_rules():
    """Fill the rulebook; called when the app is ready."""
    add_rule(
        FactRule(
            "open-defects",
            gettext_lazy("No open defects of a severity"),
            facts=(WorkItem,),
            judge=judge_defects,
            words=defect_words,
            help_text=gettext_lazy(
                "Counts the open defects in the scope of the release and of those below it."
            ),
            fields={"severity": _severity, "most": _most},
        )
    )
    add_rule(
        FactRule(
            "pass-rate",
            gettext_lazy("Tests pass"),
            facts=(TestRun,),
            judge=judge_pass_rate,
            words=pass_rate_words,
            help_text=gettext_lazy("Takes the newest run of each test of the release and of those below it."),
            fields={"at_least": _at_least},
        )
    )
    add_rule(
        FactRule(
            "versions-agree",
            gettext_lazy("Planned, tested and approved version agree"),
            facts=(PlannedVersion, TestRun),
            judge=judge_versions,
            words=version_words,
            help_text=gettext_lazy("Compares them for every application for which a version is planned."),
            cases=version_cases,
        )
    )
    add_rule(
        FactRule(
            "dependencies-satisfied",
            gettext_lazy("All dependencies satisfied"),
            facts=(Dependency,),
            judge=judge_dependencies,
            words=dependency_words,
            help_text=gettext_lazy("A waived dependency counts as satisfied until its waiver ends."),
        )
    )
    add_rule(
        FactRule(
            "activities-done",
            gettext_lazy("All activities of the phase done"),
            facts=(PhaseActivity, Gate),
            judge=judge_activities,
            words=activity_words,
            help_text=gettext_lazy(
                "Of the phase that the gate guards; without one, of all phases of the release."
            ),
        )
    )
    add_rule(
        FactRule(
            "gates-below-passed",
            gettext_lazy("All gates below passed"),
            facts=(Gate, Release),
            judge=judge_gates_below,
            words=gates_below_words,
            help_text=gettext_lazy("Of the gates that count toward this one."),
        )
    )
    add_rule(
        FactRule(
            "final-is-last-candidate",
            gettext_lazy("Final version is the last release candidate"),
            facts=(Version,),
            judge=judge_candidates,
            words=candidate_words,
            help_text=gettext_lazy(
                "Compares the commit of each final version with that of the last candidate."
            ),
            cases=candidate_cases,
        )
    )
