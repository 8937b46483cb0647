"""What a newer version of its template would change in a release that has not begun.

What still is as the older version planned it becomes as the newer one plans it; what people changed since stays. Parts
of people are only added.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from hashlib import sha256

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calendar_app.models import ApprovalRule, Criterion, Gate, Phase, PhaseActivity, Stakeholder
from calendar_app.templates.dates import Dates, NoDay, dates_of
from calendar_app.templates.ground import grounds_of
from calendar_app.templates.plan import Plan, parsed
from calendar_app.templates.reading import TITLES, names_of, worded
from releasemgr.changes.revisions import Revision

ADDED, REMOVED, MOVED, CHANGED, KEPT = "added", "removed", "moved", "changed", "kept"
_WORDS = {
    ADDED: gettext_lazy("added"),
    REMOVED: gettext_lazy("removed"),
    MOVED: gettext_lazy("moved"),
    CHANGED: gettext_lazy("changed"),
    KEPT: gettext_lazy("stays, changed by hand"),
}
_PLAIN = {
    "phases": ("name", "kind"),
    "gates": ("name", "kind", "is_required", "locks_scope", "rollup", "rollup_needed"),
    "criteria": ("name", "kind", "is_mandatory", "rule", "parameters"),
    "activities": ("name",),
    "approvals": ("name", "needed", "step", "allows_own"),
}
_GONE = {
    "phases": {"status": Phase.Status.CANCELLED},
    "gates": {"state": Gate.State.CANCELLED},
    "criteria": {"state": Criterion.State.DROPPED},
}
_TOGETHER = {"gates": ("rollup", "rollup_needed"), "criteria": ("rule", "parameters")}
_ABOVE = {"criteria": ("gate", "gates"), "approvals": ("gate", "gates"), "activities": ("phase", "phases")}


@dataclass(frozen=True)
class Line:
    """One thing that would become otherwise, in words; ``verb`` is one of the constants above."""

    section: str
    name: str
    verb: str
    was: str = ""
    now_is: str = ""

    @property
    def word(self):
        """The verb for people."""
        return _WORDS[self.verb]


@dataclass
class Adoption:
    """What a release would take over of ``version``: revisions of its rows, entries to add, approval rules to remove.

    ``refusal`` says why there is nothing to take over: no day is left to plan on.
    """

    release: object
    version: object
    plan: Plan = field(default_factory=Plan)
    dates: Dates | None = None
    revisions: list = field(default_factory=list)
    removed_rules: list = field(default_factory=list)
    phases: dict = field(default_factory=dict)  # key -> Phase that stays
    gates: dict = field(default_factory=dict)  # key -> Gate that stays
    lines: list = field(default_factory=list)
    refusal: str = ""

    @property
    def fingerprint(self):
        """The same text as long as the same would happen to the same rows."""
        rows = sorted(f"{one.subject.pk}:{one.version}" for one in self.revisions)
        rows += [str(self.version.pk), str(self.release.version), *(repr(line) for line in self.lines)]
        return sha256("\n".join(rows).encode()).hexdigest()[:32]


def adoptions(releases, versions):
    """``{release.pk: Adoption}`` in a fixed number of statements; ``versions`` is ``{release.pk: TemplateVersion}``.

    ``releases`` have a planned go-live and come with their template's version, template and calendar.
    """
    releases = list(releases)
    grounds = grounds_of(releases, targets=[release.target_date for release in releases])
    rows = _rows(releases)
    plans = {
        version.pk: parsed(version.plan)
        for version in (*versions.values(), *(release.template_version for release in releases))
    }
    names = {pk: names_of(plan) for pk, plan in plans.items()}
    return {
        release.pk: _adoption(
            release, versions[release.pk], plans, names, grounds[release.pk], rows[release.pk]
        )
        for release in releases
    }


def _rows(releases):
    """``{release.pk: {section: {key: row}}}`` of what was made from templates and is still planned."""
    found = defaultdict(lambda: defaultdict(dict))
    sources = {
        "phases": Phase.objects.filter(release__in=releases).exclude(status=Phase.Status.CANCELLED),
        "gates": Gate.objects.filter(release__in=releases).exclude(state=Gate.State.CANCELLED),
        "criteria": Criterion.objects.counting().filter(gate__release__in=releases).select_related("gate"),
        "activities": PhaseActivity.objects.counting()
        .filter(phase__release__in=releases)
        .select_related("phase"),
        "approvals": ApprovalRule.objects.filter(gate__release__in=releases)
        .select_related("gate", "group")
        .prefetch_related("seats"),
    }
    for section, rows in sources.items():
        for row in rows.exclude(template_key="").order_by("pk"):
            above = getattr(row, _ABOVE[section][0]) if section in _ABOVE else row
            found[above.release_id][section][row.template_key] = row
    parts = Stakeholder.objects.filter(release__in=releases).order_by("pk")
    for one in parts:
        found[one.release_id]["people"].setdefault(one.part, one.person_id)
    return found


def _adoption(release, version, plans, names, ground, rows):
    ids = release.template_version_id, version.pk
    try:
        dates = [dates_of(plans[pk], release.target_date, ground) for pk in ids]
    except NoDay:
        return Adoption(release, version, refusal=_("Blockouts and days off leave no day to plan this on."))
    known = names[ids[0]] | names[ids[1]]
    return _Comparison(release, version, [plans[pk] for pk in ids], dates, known, rows).adoption()


class _Comparison:
    """Compares the rows of a release with the plan they were made from and with the one that is offered."""

    def __init__(self, release, version, plans, dates, names, rows):
        self.before, self.after = ({name: _by_key(plan, name) for name in TITLES} for plan in plans)
        self.was, self.will = dates
        self.rows, self.names = rows, names
        added = {
            name: tuple(one for key, one in self.after[name].items() if key not in self.before[name])
            for name in TITLES
        }
        fits = self._fitting(added)
        self.found = Adoption(release, version, replace(plans[1], **fits), self.will)

    def adoption(self):
        """The Adoption, sections in reading order."""
        for section in _PLAIN:
            for key, row in self.rows[section].items():
                self._row(section, key, row)
            for entry in getattr(self.found.plan, section):
                self._say(section, entry.name, ADDED, "", self._day_words(section, entry.key, self.will))
        for entry in self.found.plan.parts:
            self._say(
                "parts", self._word("parts", "part", entry), ADDED, "", self._word("parts", "who", entry)
            )
        self.found.phases = self._staying("phases")
        self.found.gates = self._staying("gates")
        self._release()
        return self.found

    def _fitting(self, added):
        """What can be added: entries whose gate or phase is there or comes with them, and not what is there already."""
        fits = {}
        for section in TITLES:
            name, above = _ABOVE.get(section, ("", ""))
            known = set(self.rows[above]) | {one.key for one in added[above]} if above else set()
            fits[section] = tuple(
                one
                for one in added[section]
                if one.key not in self.rows[section] and (not above or getattr(one, name) in known)
            )
        return fits

    def _staying(self, section):
        return {key: row for key, row in self.rows[section].items() if key in self.after[section]}

    def _row(self, section, key, row):
        was, now_is = self.before[section].get(key), self.after[section].get(key)
        if now_is is None:
            self._remove(section, row, was)
        elif was is not None:
            values = self._plain(section, row, was, now_is)
            values |= self._places(section, row, was, now_is)
            values |= self._dates(section, key, row)
            if values:
                self.found.revisions.append(Revision(row, row.version, values))

    def _remove(self, section, row, was):
        if was is None or (section == "approvals" and (row.version > 1 or row.seats.all())):
            self._say(section, row.name, KEPT, "", _("changed by hand"))
            return
        self._say(section, row.name, REMOVED)
        if section == "approvals":
            self.found.removed_rules.append(row)
        elif section != "activities":
            self.found.revisions.append(Revision(row, row.version, _GONE[section]))
        else:
            self.found.revisions.append(Revision(row, row.version, {"removed_at": None}))  # dated by the act

    def _plain(self, section, row, was, now_is):
        """New values of what a row has as its template had it; what belongs together stays or goes together."""
        values, together = {}, _TOGETHER.get(section, ())
        own = {name for name in _PLAIN[section] if getattr(row, name) != getattr(was, name)}
        own |= set(together) if own & set(together) else set()
        for name in _PLAIN[section]:
            new = getattr(now_is, name)
            if getattr(was, name) == new or getattr(row, name) == new:
                continue
            words = self._word(section, name, row), self._word(section, name, now_is)
            self._say(section, row.name, KEPT if name in own else CHANGED, *words)
            if name not in own:
                values[name] = new
        if values.keys() & {"rule", "parameters"}:
            values |= {"state": Criterion.State.OPEN, "value": {}, "judged_at": None}
        return values

    def _places(self, section, row, was, now_is):
        """The gate, phase, group (by their keys) and owner of a row, where the template names another one."""
        values = {}
        for name in ("gate", "phase"):
            old, new = getattr(was, name, ""), getattr(now_is, name, "")
            if old != new and self._key_above(row, name) == old:
                values[name] = new
                self._say(section, row.name, CHANGED, self.names.get(old, "–"), self.names.get(new, "–"))
        if section in ("criteria", "activities") and was.owner_part != now_is.owner_part:
            old, new = (self.rows["people"].get(one.owner_part) for one in (was, now_is))
            if row.owner_id == old and old != new:
                values["owner"] = new
                words = (self._word(section, "owner_part", one) for one in (was, now_is))
                self._say(section, row.name, CHANGED, *words)
        if section == "approvals" and was.group != now_is.group and row.group and row.group.name == was.group:
            values["group"] = now_is.group
            self._say(section, row.name, CHANGED, was.group, now_is.group)
        return values

    def _key_above(self, row, name):
        """The key of the gate or phase a row stands under, "" without one."""
        pk = getattr(row, f"{name}_id", None)
        return next((key for key, above in self.rows[f"{name}s"].items() if above.pk == pk), "")

    def _dates(self, section, key, row):
        """The dates of a row that has those of its template."""
        if section == "approvals":
            return {}
        old, new = (_dates_in(dates, section, key) for dates in (self.was, self.will))
        stored = {name: getattr(row, name) for name in old}
        if section == "criteria":
            new["due_on"] = min(new["due_on"], self._gate_day(row))
        if old == new or stored == new:
            return {}
        if stored != old:
            self._say(section, row.name, KEPT, _words(stored), _words(new))
            return {}
        self._say(section, row.name, MOVED, _words(old), _words(new))
        return new

    def _gate_day(self, criterion):
        """The day the gate of a criterion will have: the newer plan's, unless somebody chose one."""
        key = self.after["criteria"][criterion.template_key].gate
        row = self.rows["gates"].get(key)
        is_own = row and row.planned_date != self.was.gates.get(key)
        return row.planned_date if is_own else self.will.gates[key]

    def _release(self):
        """The release itself: its version, and an earlier start where the phases need it."""
        release = self.found.release
        started = min(filter(None, [release.starts_on, self.will.first]), default=None)
        if started != release.starts_on:
            words = (_words({"": day}) if day else "–" for day in (release.starts_on, started))
            self.found.lines.append(Line(_("Release"), _("Start"), MOVED, *words))
        values = {"template_version": self.found.version, "starts_on": started, "declined_version": None}
        self.found.revisions.append(Revision(release, release.version, values))

    def _day_words(self, section, key, dates):
        return _words(_dates_in(dates, section, key)) if section != "approvals" else ""

    def _word(self, section, name, one):
        """A value of an entry, or of a row, as people read it."""
        return worded(section, name, getattr(one, name), self.names)

    def _say(self, section, name, verb, was="", now_is=""):
        self.found.lines.append(Line(str(TITLES[section]), str(name), verb, str(was), str(now_is)))


def _by_key(plan, section):
    return {entry.key: entry for entry in getattr(plan, section)}


def _dates_in(dates, section, key):
    """``{field: day}`` a plan gives a row of that section."""
    if section == "phases":
        return {"starts_on": dates.phases[key].first, "ends_on": dates.phases[key].last}
    if section == "gates":
        return {"planned_date": dates.gates[key]}
    return {"due_on": dates.due[section][key]}


def _words(days):
    return " – ".join(date_format(day, "j M Y") for day in dict.fromkeys(days.values()))
