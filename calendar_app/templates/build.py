"""Building a release from a template: phases, gates, criteria, activities, approvals and parts, in one act."""

from copy import copy

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from calendar_app.gates.criteria import add_criteria
from calendar_app.models import ApprovalRule, Criterion, Gate, Phase, PhaseActivity, Stakeholder, Template
from calendar_app.models.releases import NotPossible
from calendar_app.releases.phases import next_position
from calendar_app.templates.dates import NoDay, dates_of
from calendar_app.templates.ground import ground_of
from calendar_app.templates.groups import groups_named
from calendar_app.templates.plan import LEAD, OWNER, parsed
from releasemgr.changes.nouns import one_act
from releasemgr.changes.revisions import Revision, create, lock, revise
from releasemgr.portfolio.models import Person


def build(release, template_version, *, by, at):
    """Give a release everything its template says, dated backwards from its planned go-live. Returns an Outcome.

    The release is written already, has a go-live and no template yet; its start moves earlier where the phases need
    it. Raises NotPossible, Moved, and ValidationError at ``target_date`` when there is no day to plan on.
    """
    with transaction.atomic(), one_act():
        lock(Template, [template_version.template_id])  # it is not retired meanwhile
        template_version.refresh_from_db()
        _check(release, template_version)
        plan, dates = parsed(template_version.plan), planned_dates(release, template_version)
        started = min(filter(None, [release.starts_on, dates.first]), default=None)
        values = {"template_version": template_version, "starts_on": started}
        outcome = revise([Revision(release, release.version, values)], by=by, at=at, verb="built")
        Builder(outcome.rows[0], plan, dates, by=by, at=at).build()
    return outcome


def planned_dates(release, template_version, *, target=None, applications=()):
    """The Dates a release would have with that template; for one that is not written, pass its ``applications``."""
    target = target or release.target_date
    release = copy(release)
    release.template_version = template_version
    ground = ground_of(release, targets=[target], applications=applications)
    try:
        return dates_of(parsed(template_version.plan), target, ground)
    except NoDay as none:
        raise ValidationError(
            {"target_date": _("Blockouts and days off leave no day to plan this on.")}
        ) from none


def _check(release, version):
    if not version.published_at:
        raise NotPossible(_("%(version)s is a draft; publish it first.") % {"version": version})
    if version.template.retired_at:
        raise NotPossible(_("%(template)s is retired.") % {"template": version.template})
    if version.template.kind != release.kind:
        raise NotPossible(_("%(template)s is for another kind of release.") % {"template": version.template})
    if not release.is_open:
        raise NotPossible(_("A release that is live or cancelled is not planned any more."))
    if release.template_version_id:
        raise NotPossible(_("%(release)s is made from a template already.") % {"release": release})
    if not release.target_date:
        raise NotPossible({"target_date": _("Give it a planned go-live first.")})


class Builder:
    """Writes the rows of a plan under a release, each noun by its own verb's contract."""

    def __init__(self, release, plan, dates, *, by, at):
        self.release, self.plan, self.dates = release, plan, dates
        self.act = {"by": by, "at": at}
        self.people = {}  # part -> the first person who has it

    def build(self):
        """Write everything."""
        self.fill(*self.frame({}, {}))

    def frame(self, phases, gates):
        """Write parts, phases and gates, beside those that are there (key -> row). Returns all of both."""
        self._parts()
        phases = phases | self._phases(self.plan.phases)
        return phases, gates | self._gates(self.plan.gates, phases)

    def fill(self, phases, gates):
        """Write what stands in phases and gates."""
        add_criteria([self.criterion(one, gates[one.gate]) for one in self.plan.criteria], **self.act)
        self._activities(self.plan.activities, phases)
        self._approvals(self.plan.approvals, gates)

    def phase(self, entry, position):
        """An unsaved Phase of an entry."""
        span = self.dates.phases[entry.key]
        return Phase(
            release=self.release,
            kind=entry.kind,
            name=entry.name,
            position=position,
            starts_on=span.first,
            ends_on=span.last,
            template_key=entry.key,
        )

    def gate(self, entry, phase):
        """An unsaved Gate of an entry."""
        return Gate(
            release=self.release,
            phase=phase,
            owner=self.release.owner,
            kind=entry.kind,
            name=entry.name,
            planned_date=self.dates.gates[entry.key],
            is_required=entry.is_required,
            locks_scope=entry.locks_scope,
            rollup=entry.rollup,
            rollup_needed=entry.rollup_needed,
            template_key=entry.key,
        )

    def criterion(self, entry, gate):
        """An unsaved Criterion of an entry."""
        return Criterion(
            gate=gate,
            kind=entry.kind,
            name=entry.name,
            owner=self._owner(entry.owner_part),
            due_on=min(self.dates.due["criteria"][entry.key], gate.planned_date),
            is_mandatory=entry.is_mandatory,
            rule=entry.rule,
            parameters=entry.parameters,
            template_key=entry.key,
        )

    def activity(self, entry, phase, position):
        """An unsaved PhaseActivity of an entry."""
        return PhaseActivity(
            phase=phase,
            position=position,
            name=entry.name,
            owner=self._owner(entry.owner_part),
            due_on=self.dates.due["activities"][entry.key],
            template_key=entry.key,
        )

    def approval(self, entry, gate, groups):
        """An unsaved ApprovalRule of an entry."""
        return ApprovalRule(
            gate=gate,
            name=entry.name,
            group=groups.get(entry.group),
            needed=entry.needed,
            step=entry.step,
            allows_own=entry.allows_own,
            template_key=entry.key,
        )

    def _phases(self, entries):
        first = next_position(self.release.pk)
        rows = [self.phase(entry, position) for position, entry in enumerate(entries, start=first)]
        create(rows, verb="planned", **self.act)
        return {row.template_key: row for row in rows}

    def _gates(self, entries, phases):
        rows = [self.gate(entry, phases.get(entry.phase)) for entry in entries]
        create(rows, verb="planned", **self.act)
        return {row.template_key: row for row in rows}

    def _activities(self, entries, phases):
        if not entries:
            return
        known = PhaseActivity.objects.filter(phase__in=[row.pk for row in phases.values()])
        last = dict(known.values("phase").annotate(last=Max("position")).values_list("phase", "last"))
        positions = {key: last.get(row.pk, 0) for key, row in phases.items()}
        rows = []
        for entry in entries:
            positions[entry.phase] += 1
            rows.append(self.activity(entry, phases[entry.phase], positions[entry.phase]))
        create(rows, verb="planned", **self.act)

    def _approvals(self, entries, gates):
        groups = groups_named({entry.group for entry in entries}, **self.act)
        create([self.approval(entry, gates[entry.gate], groups) for entry in entries], **self.act)

    def _parts(self):
        """The parts people have already stay; the template's are added where they fit."""
        present = list(
            Stakeholder.objects.filter(release=self.release).select_related("person").order_by("pk")
        )
        people = _people(self.plan.parts, self.release)
        rows, known = [], {one.person_id for one in present}
        is_accountable = any(one.part == Stakeholder.Part.ACCOUNTABLE for one in present)
        for entry in self.plan.parts:
            person, taken = (
                people.get(entry.who),
                entry.part == Stakeholder.Part.ACCOUNTABLE and is_accountable,
            )
            if person and person.pk not in known and not taken:
                known.add(person.pk)
                is_accountable = is_accountable or entry.part == Stakeholder.Part.ACCOUNTABLE
                rows.append(Stakeholder(release=self.release, person=person, part=entry.part))
        create(rows, verb="named", **self.act)
        for one in (*present, *rows):
            self.people.setdefault(one.part, one.person)

    def _owner(self, part):
        return self.people.get(part)


def _people(parts, release):
    """``{who: Person}`` of what parts name; who is gone meanwhile is left out."""
    ids = {entry.who for entry in parts} - {OWNER, LEAD}
    found = {str(pk): person for pk, person in Person.objects.in_bulk(ids).items()} if ids else {}
    lead = release.project.lead if release.project_id else None
    return found | {OWNER: release.owner, LEAD: lead}
