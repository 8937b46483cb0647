"""The manifest of a release with its versions: planned, approved, tested, and what reached production."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django import forms
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Deployment, PlannedVersion, Release, ReleaseImpact, TestRun
from calendar_app.releases.tree import in_manifest

HEADER = [
    "release",
    "name",
    "application",
    "planned",
    "approved",
    "tested",
    "in_production",
    "state",
    "deviation",
]
STATES = {
    "same": _("Agree"),
    "differs": _("Differ"),
    "open": _("Something is missing"),
    "none": _("Nothing planned"),
}
STANCES = {"same": "done", "differs": "at-risk", "open": "pending", "none": "neutral"}


@dataclass(frozen=True)
class Line:
    """One application in one release; ``reached`` are the labels that reached production, the newest last.

    ``application`` and ``application_id`` are "" and None for a release that changes nothing yet.
    """

    release: Release
    application_id: object
    application: str
    planned: PlannedVersion | None
    tested: str
    reached: tuple
    is_tracked: bool = field(default=False)  # the release plans versions at all

    @property
    def state(self):
        """Whether planned = tested = approved: same, differs, open (one is missing) or none (nothing is planned)."""
        if self.planned is None:
            return "none"
        known = {self.planned.label, self.planned.approved_label, self.tested} - {""}
        if len(known) > 1:
            return "differs"
        return "same" if self.planned.approved_label and self.tested else "open"

    @property
    def state_words(self):
        """The state in words."""
        return STATES[self.state]

    @property
    def stance(self):
        """The status token of the state."""
        return STANCES[self.state]

    @property
    def in_production(self):
        """The planned version when it reached production, else the newest that did; "" when none did."""
        if self.planned and self.planned.label in self.reached:
            return self.planned.label
        return self.reached[-1] if self.reached else ""

    @property
    def deviation(self):
        """After the go-live, in words: what reached production is not what was planned; "" when it is."""
        if self.release.status != Release.Status.LIVE or not self.is_tracked:
            return ""
        if self.planned is None:
            return _("reached production without being planned") if self.reached else ""
        if not self.reached:
            return _("never reached production")
        return "" if self.planned.label in self.reached else _("another version reached production")


class ManifestForm(forms.Form):
    """What the manifest can be narrowed by; it stays in the URL."""

    q = forms.CharField(required=False, label=_("Release or application"))
    state = forms.ChoiceField(
        required=False,
        label=_("Versions"),
        choices=[("", _("All")), *STATES.items(), ("deviation", _("Deviations"))],
    )

    def narrowed(self, lines):
        """The lines that fit."""
        if not self.is_valid():
            return lines
        words, state = self.cleaned_data["q"].lower(), self.cleaned_data["state"]
        if words:
            lines = [one for one in lines if words in f"{one.release} {one.application}".lower()]
        if state == "deviation":
            return [one for one in lines if one.deviation]
        return [one for one in lines if one.state == state] if state else lines


def lines_of(release):
    """Every Line of a release's manifest: by go-live and number of the releases, then by application; six statements."""
    ids = in_manifest(release)
    names, pairs = _pairs(ids)
    planned = {
        (one.release_id, one.application_id): one for one in PlannedVersion.objects.filter(release__in=ids)
    }
    tracked = {release_id for release_id, _application in planned}
    tested, reached = tested_versions(ids), _reached(ids)
    releases = Release.objects.filter(pk__in=ids).select_related("parent")
    lines = []
    for one in sorted(releases, key=lambda row: (row.target_date is None, row.target_date, row.number)):
        applications = sorted(pairs[one.pk], key=lambda pk: (names[pk].lower(), pk)) or [None]
        for pk in applications if one.kind != Release.Kind.ENTERPRISE or applications != [None] else ():
            key = (one.pk, pk)
            lines.append(
                Line(
                    one,
                    pk,
                    names.get(pk, ""),
                    planned.get(key),
                    tested.get(key, ""),
                    tuple(reached[key]),
                    one.pk in tracked,
                )
            )
    return lines


def tested_versions(ids):
    """``{(release id, application id): version}`` of the newest test run that passed whole and names a version."""
    runs = TestRun.objects.filter(release__in=ids, passed=F("total"), application__isnull=False)
    runs = runs.exclude(version_label="").order_by("executed_at", "pk")
    return {
        (release_id, application_id): label
        for release_id, application_id, label in runs.values_list(
            "release_id", "application_id", "version_label"
        )
    }


def counted(lines):
    """``{state: number}`` and the number of deviations under "deviation"."""
    found = Counter(line.state for line in lines)
    found["deviation"] = sum(1 for line in lines if line.deviation)
    return found


def cells_of(lines):
    """The cells of lines for a spreadsheet."""
    for line in lines:
        planned = line.planned
        yield [
            line.release.reference,
            line.release.name,
            line.application,
            planned.label if planned else "",
            planned.approved_label if planned else "",
            line.tested,
            line.in_production,
            line.state,
            str(line.deviation),
        ]


def _pairs(ids):
    """``({application id: name}, {release id: application ids})`` of what releases change, plan or delivered."""
    names, pairs = {}, defaultdict(set)
    changed = ReleaseImpact.objects.filter(release__in=ids).exclude(impact=ReleaseImpact.Impact.REGRESSION)
    delivered = _delivered(ids).order_by()
    for rows in (changed, PlannedVersion.objects.filter(release__in=ids), delivered):
        for release_id, pk, name in rows.values_list(
            "release_id", "application_id", "application__name"
        ).distinct():
            names[pk] = name
            pairs[release_id].add(pk)
    return names, pairs


def _reached(ids):
    """``{(release id, application id): [version, …]}`` as they reached production."""
    found = defaultdict(list)
    for release_id, pk, label in _delivered(ids).values_list("release_id", "application_id", "version_label"):
        found[release_id, pk].append(label)
    return found


def _delivered(ids):
    return (
        Deployment.objects.filter(release__in=ids).production().delivered().order_by("finished_at", "number")
    )
