"""Newer versions of templates offered to releases that have not begun: take over, decline, take back.

Taking over locks the template first, as publishing does: whoever is second sees what the first did.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, ProtectedError, Subquery
from django.utils.translation import gettext_lazy as _

from calendar_app.models import (
    ApprovalRule,
    Criterion,
    Gate,
    Phase,
    PhaseActivity,
    Release,
    Stakeholder,
    Template,
    TemplateVersion,
)
from calendar_app.templates.adoption import adoptions
from calendar_app.templates.build import Builder
from calendar_app.templates.groups import groups_named
from releasemgr.activity.models import Entry
from releasemgr.activity.trail import Happening, record
from releasemgr.changes.nouns import one_act, settle
from releasemgr.changes.revisions import (
    CannotUndo,
    Revision,
    lock,
    reversals_of,
    revise,
    undo_by,
)

ADOPTED = "adopted"
_MADE = (ApprovalRule, Criterion, PhaseActivity, Gate, Phase, Stakeholder)  # in the order they can go
_RULE = ("gate_id", "name", "group_id", "needed", "step", "allows_own", "template_key", "version")


class Outdated(ValidationError):
    """What would be taken over is no longer what its author saw."""


def offered():
    """Releases that have not begun and could take over a newer version of their template: ``offered_version_id``.

    What was declined is not offered again; a release that follows another takes its dates from there.
    """
    newest = TemplateVersion.objects.published().filter(template=OuterRef("template_version__template"))
    begun = Phase.objects.filter(release=OuterRef("pk"), status__in=[Phase.Status.ACTIVE, Phase.Status.DONE])
    asked = Gate.objects.filter(release=OuterRef("pk")).exclude(
        state__in=[Gate.State.OPEN, Gate.State.CANCELLED]
    )
    rows = Release.objects.filter(
        status=Release.Status.PLANNED,
        follows_parent=False,
        target_date__isnull=False,
        template_version__template__retired_at=None,
    )
    return (
        rows.annotate(offered_version_id=Subquery(newest.values("pk")[:1]))
        .exclude(template_version=F("offered_version_id"))
        .exclude(declined_version=F("offered_version_id"))
        .exclude(Exists(begun))
        .exclude(Exists(asked))
        .select_related("template_version__template__calendar", "project__lead", "owner")
        .order_by("target_date", "number")
    )


def offers_waiting(templates):
    """How many releases wait for an answer, per template that has any: ``{template.pk: count}``."""
    rows = offered().filter(template_version__template__in=list(templates)).select_related(None).order_by()
    return dict(rows.values_list("template_version__template").annotate(waiting=Count("pk")))


def is_offered(release):
    """Whether a release could take over a newer version of its template."""
    return offered().filter(pk=release.pk).exists()


def previews(releases):
    """The Adoption of each of some offered releases, in their order."""
    releases = list(releases)
    ids = {release.offered_version_id for release in releases}
    versions = TemplateVersion.objects.select_related("template").in_bulk(ids)
    found = adoptions(releases, {one.pk: versions[one.offered_version_id] for one in releases})
    return [found[release.pk] for release in releases]


def adopt(template, expected, *, by, at):
    """Have releases take over the newest version of their template; one act each. Returns the Outcomes.

    ``expected`` is ``{release.pk: fingerprint}`` of what their author saw. Raises Outdated when one is not offered
    any more or would change otherwise; then nothing is changed.
    """
    with transaction.atomic(), one_act():
        found = _offered_now(template, expected)
        if any(one.refusal or one.fingerprint != expected[one.release.pk] for one in found):
            raise Outdated(_("Something has changed since you looked. Look again at what it would change."))
        return [_take_over(one, by=by, at=at) for one in found]


def decline(template, ids, *, by, at):
    """Have releases (ids) stay with the version they have; only a still newer one is offered to them. Returns an Outcome."""
    with transaction.atomic():
        found = _offered_now(template, ids)
        revisions = [
            Revision(one.release, one.release.version, {"declined_version": one.version}) for one in found
        ]
        return revise(revisions, by=by, at=at, verb="declined")


def take_back(entries, *, by, at):
    """Undo an adoption: every value, every removal, and what was added goes. Refused when somebody worked on it since."""
    act = entries[0]
    release = Release.objects.get(pk=next(one.subject_id for one in entries if one.noun == "release"))
    with transaction.atomic(), one_act():
        lock(Release, [release.pk])
        beside = list(
            Entry.objects.filter(at=act.at, actor_id=act.actor_id).exclude(act_id=act.act_id).order_by("pk")
        )
        made = _made(release, [one.subject_id for one in beside if not one.changes])
        _refuse_touched([row.pk for rows in made.values() for row in rows], act)
        outcome = revise(_reversals(entries, act), by=by, at=at, verb="undone")
        gates = Gate.objects.filter(release=release)
        _restore_rules([one for one in beside if one.changes], gates, by=by, at=at)
        _remove(made, by=by, at=at)
    return [outcome]


def _offered_now(template, ids):
    """The Adoptions of offered releases, locked with their template; all of them or Outdated."""
    lock(Template, [template.pk])
    lock(Release, ids)
    rows = list(offered().filter(pk__in=list(ids), template_version__template=template))
    if len(rows) < len(ids):
        raise Outdated(_("A release has begun, moved on or was answered already. Look again."))
    return previews(rows)


def _take_over(adoption, *, by, at):
    act = {"by": by, "at": at}
    builder = Builder(adoption.release, adoption.plan, adoption.dates, **act)
    phases, gates = builder.frame(adoption.phases, adoption.gates)
    places = {"phase": phases, "gate": gates, "group": _groups(adoption, **act)}
    outcome = revise([_placed(one, places, at) for one in adoption.revisions], verb=ADOPTED, **act)
    fresh = {row.pk: row for row in outcome.rows}
    builder.fill(*({key: fresh.get(row.pk, row) for key, row in rows.items()} for rows in (phases, gates)))
    _remove_rules(adoption.removed_rules, **act)
    return outcome


def _groups(adoption, *, by, at):
    wanted = {one.values["group"] for one in adoption.revisions if "group" in one.values}
    return groups_named(wanted, by=by, at=at)


def _placed(revision, places, at):
    """The revision with rows for the keys of gates, phases and groups, and the act's time for what is removed."""
    values = {
        name: places[name].get(value) if name in places else value for name, value in revision.values.items()
    }
    if "removed_at" in values:
        values["removed_at"] = at
    return Revision(revision.subject, revision.version, values)


def _remove_rules(rules, *, by, at):
    """Take approval rules away; the trail keeps what they were, so that they can come back."""
    if not rules:
        return
    gone = [Happening(rule, {name: [getattr(rule, name), None] for name in _RULE}) for rule in rules]
    record(by=by, verb=ADOPTED, at=at, happenings=gone)
    settle([rule.gate for rule in rules], at=at)
    ApprovalRule.objects.filter(pk__in=[rule.pk for rule in rules]).delete()


def _made(release, ids):
    """``{model: rows}`` of a release among rows with these ids."""
    of_release = {Criterion: "gate__release", ApprovalRule: "gate__release", PhaseActivity: "phase__release"}
    return {
        model: list(model.objects.filter(pk__in=ids, **{of_release.get(model, "release"): release}))
        for model in _MADE
    }


def _touched(ids, act):
    """Which of some rows people changed since the act."""
    since = Entry.objects.filter(subject_id__in=ids, at__gt=act.at, actor_id__isnull=False)
    return set(since.values_list("subject_id", flat=True))


def _refuse_touched(ids, act):
    touched = _touched(ids, act)
    if touched:
        labels = Entry.objects.filter(subject_id__in=touched, act_id__gte=act.act_id)
        names = sorted(set(labels.values_list("subject_label", flat=True)))
        message = _("Somebody worked on what came with it: %(names)s.")
        raise CannotUndo(message, params={"names": ", ".join(names)})


def _reversals(entries, act):
    """Revisions back; what only the product touched since (facts, followers) counts as unchanged."""
    touched = _touched([one.subject_id for one in entries], act)
    return [
        one if one.subject.pk in touched else Revision(one.subject, None, one.values)
        for one in reversals_of(entries)
    ]


def _restore_rules(entries, gates, *, by, at):
    known = set(gates.values_list("pk", flat=True))
    rules = []
    for entry in entries:
        values = {name: before for name, (before, _after) in entry.changes.items()}
        if entry.noun == "approvalrule" and set(values) == set(_RULE):
            rules.append(ApprovalRule(pk=entry.subject_id, **values))
    rules = [rule for rule in rules if str(rule.gate_id) in {str(pk) for pk in known}]
    if rules:
        ApprovalRule.objects.bulk_create(rules)
        record(by=by, verb="undone", at=at, happenings=[Happening(rule) for rule in rules])
        settle(rules, at=at)


def _remove(made, *, by, at):
    rows = [row for found in made.values() for row in found]
    if not rows:
        return
    record(by=by, verb="undone", at=at, happenings=[Happening(row, {"id": [row.pk, None]}) for row in rows])
    for phase in made[Phase]:
        phase.status = Phase.Status.CANCELLED  # so that it claims nothing
    for gate in made[Gate]:
        gate.state = Gate.State.CANCELLED
    settle(made[Phase], made[Gate], at=at)
    try:
        for model, found in made.items():
            model.objects.filter(pk__in=[row.pk for row in found]).delete()
    except ProtectedError as kept:
        raise CannotUndo(_("Something depends meanwhile on what came with it.")) from kept


undo_by(ADOPTED, take_back)
