"""What the decision of a gate is about: scope, dates, criteria, versions; what of it changed since.

A coverage is a document of plain values, so that a round keeps it as it was. What differs is said as codes with
parameters (`calendar_app.approvals.words` puts them into words).
"""

import hashlib
import json
from collections import defaultdict

from calendar_app.models import Criterion, Phase, PlannedVersion, Release, WorkItem


def coverages(gates):
    """``{gate.pk: coverage}`` of gates (with their release), in five statements.

    A gate of an enterprise release covers the releases of its manifest too.
    """
    releases = {gate.release_id: gate.release for gate in gates}
    manifests = _manifests(releases)
    covered = {pk: [release, *manifests[pk]] for pk, release in releases.items()}
    ids = {release.pk for group in covered.values() for release in group}
    scope, versions, phases = _scope(ids), _versions(ids), _phases(releases)
    criteria = _criteria(gates)
    return {
        gate.pk: {
            "scope": {row.reference: scope[row.pk] for row in covered[gate.release_id] if scope[row.pk]},
            "manifest": [row.reference for row in manifests[gate.release_id]],
            "target": _day(gate.release.target_date),
            "planned": _day(gate.planned_date),
            "phases": phases[gate.release_id],
            "criteria": criteria[gate.pk],
            "versions": {
                f"{row.reference} {name}": label
                for row in covered[gate.release_id]
                for name, label in versions[row.pk]
            },
        }
        for gate in gates
    }


def digest(coverage):
    """A short name of a coverage; two have the same one when nothing differs. Empty for an empty coverage."""
    if not coverage:
        return ""
    parts = {name: coverage[name] for name in _COMPARED}
    parts["phases"] = {key: days for key, (_name, *days) in coverage["phases"].items()}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def differences(before, after):
    """What changed between two coverages: ``[{"code": …, parameters}, …]``, empty when nothing did."""
    return [
        change
        for name, compare in _COMPARED.items()
        if before[name] != after[name]
        for change in compare(before[name], after[name])
    ]


def _manifests(releases):
    found = defaultdict(list)
    enterprises = [pk for pk, release in releases.items() if release.kind == Release.Kind.ENTERPRISE]
    rows = Release.objects.filter(parent__in=enterprises).exclude(status=Release.Status.CANCELLED)
    for child in rows.order_by("number"):
        found[child.parent_id].append(child)
    return found


def _scope(ids):
    found = defaultdict(list)
    rows = WorkItem.objects.filter(release__in=ids).in_scope().order_by("key")
    for release_id, key in rows.values_list("release_id", "key"):
        found[release_id].append(key)
    return found


def _versions(ids):
    found = defaultdict(list)
    rows = PlannedVersion.objects.filter(release__in=ids).order_by("application__name", "pk")
    for release_id, name, label in rows.values_list("release_id", "application__name", "label"):
        found[release_id].append((name, label))
    return found


def _phases(releases):
    """By release: ``{phase id: [name, first day, last day]}``."""
    found = defaultdict(dict)
    rows = Phase.objects.filter(release__in=list(releases)).exclude(status=Phase.Status.CANCELLED)
    for phase in rows.order_by("position"):
        found[phase.release_id][str(phase.pk)] = [phase.name, _day(phase.starts_on), _day(phase.ends_on)]
    return found


def _criteria(gates):
    """By gate: ``{criterion id: [name, mandatory, rule, parameters]}``, without the conditions of decisions."""
    found = defaultdict(dict)
    rows = Criterion.objects.counting().filter(gate__in=[gate.pk for gate in gates], condition_of=None)
    for one in rows.order_by("position", "pk"):
        found[one.gate_id][str(one.pk)] = [one.name, one.is_mandatory, one.rule, one.parameters]
    return found


def _day(day):
    return day.isoformat() if day else None


def _scope_changes(before, after):
    for release in sorted({*before, *after}):
        was, now = set(before.get(release, ())), set(after.get(release, ()))
        if now - was:
            yield {"code": "scope-added", "release": release, "keys": sorted(now - was)}
        if was - now:
            yield {"code": "scope-removed", "release": release, "keys": sorted(was - now)}


def _manifest_changes(before, after):
    yield from ({"code": "release-joined", "release": one} for one in sorted({*after} - {*before}))
    yield from ({"code": "release-left", "release": one} for one in sorted({*before} - {*after}))


def _target_changes(before, after):
    if before != after:
        yield {"code": "target-moved", "before": before, "after": after}


def _planned_changes(before, after):
    if before != after:
        yield {"code": "gate-moved", "before": before, "after": after}


def _phase_changes(before, after):
    for key in sorted({*before, *after}):
        was, now = before.get(key), after.get(key)
        if was == now or (was and now and was[1:] == now[1:]):
            continue
        name, before_days, after_days = (now or was)[0], (was or [None])[1:], (now or [None])[1:]
        yield {"code": "phase-moved", "name": name, "before": before_days, "after": after_days}


def _criterion_changes(before, after):
    for key in sorted({*before, *after}):
        was, now = before.get(key), after.get(key)
        if was is None:
            yield {"code": "criterion-added", "name": now[0]}
        elif now is None:
            yield {"code": "criterion-removed", "name": was[0]}
        elif was != now:
            yield {"code": "criterion-changed", "name": now[0], "was": was[0]}


def _version_changes(before, after):
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            yield {
                "code": "version-changed",
                "application": key,
                "before": before.get(key),
                "after": after.get(key),
            }


_COMPARED = {
    "scope": _scope_changes,
    "manifest": _manifest_changes,
    "target": _target_changes,
    "planned": _planned_changes,
    "phases": _phase_changes,
    "criteria": _criterion_changes,
    "versions": _version_changes,
}
