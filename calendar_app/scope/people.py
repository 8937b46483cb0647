"""The people of releases by RACI: once anybody is named, exactly one person is accountable."""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Release, Stakeholder
from releasemgr.activity.trail import Happening, record
from releasemgr.changes.revisions import Revision, create, lock, revise

Part = Stakeholder.Part


def name_people(releases, people, part, *, by, at):
    """Give people a part in each of some releases; a new accountable person makes the former one responsible.

    Where nobody is accountable yet, the owner of the release becomes it.
    """
    if part == Part.ACCOUNTABLE and len(people) != 1:
        raise ValidationError({"people": _("Exactly one person is accountable.")})
    with transaction.atomic():
        rows = lock(Release, [release.pk for release in releases])
        present = _present(rows)
        for row in rows.values():
            _check_accountable(row, present[row.pk], people, part)
        _step_down([stake for pk in rows for stake in present[pk].values()], people, part, by=by, at=at)
        fresh, changed = [], []
        for row in rows.values():
            if part != Part.ACCOUNTABLE and not present[row.pk]:
                fresh.append(Stakeholder(release=row, person_id=row.owner_id, part=Part.ACCOUNTABLE))
            for person in people:
                stake = present[row.pk].get(person.pk)
                if stake is None:
                    fresh.append(Stakeholder(release=row, person=person, part=part))
                else:
                    changed.append(Revision(stake, None, {"part": part}))
        revise(changed, by=by, at=at, verb="given a part")
        return create(fresh, by=by, at=at, verb="named")


def change_part(stake, part, *, by, at):
    """Give a named person another part, as its author saw it."""
    revised = Revision(stake, stake.version, {})
    with transaction.atomic():
        revise([revised], by=by, at=at)  # compares the version
        return name_people([stake.release], [stake.person], part, by=by, at=at)


def remove_people(stakes, *, by, at):
    """Take people off releases; the accountable one goes last."""
    with transaction.atomic():
        rows = lock(Release, [stake.release_id for stake in stakes])
        present, going = _present(rows), {stake.pk for stake in stakes}
        for stake in stakes:
            others = {other.pk for other in present[stake.release_id].values()} - going
            if stake.part == Part.ACCOUNTABLE and others:
                raise ValidationError(_("Name another accountable person first."))
        _remove(stakes, by=by, at=at)


def replace_person(former, successor, *, by, at):
    """Give all that somebody holds in open releases, parts and ownership, to somebody else. Returns how many releases."""
    if former.pk == successor.pk:
        raise ValidationError({"successor": _("Choose another person.")})
    with transaction.atomic():
        held = Release.objects.open().filter(
            pk__in=Stakeholder.objects.filter(person=former).values("release")
        )
        owned = Release.objects.open().filter(owner=former)
        rows = lock(Release, {*held.values_list("pk", flat=True), *owned.values_list("pk", flat=True)})
        present = _present(rows)
        stakes = [present[pk][former.pk] for pk in rows if former.pk in present[pk]]
        _remove(stakes, by=by, at=at)
        for part in Part:
            taking = [stake.release_id for stake in stakes if stake.part == part]
            _take_over(taking, present, successor, part, by=by, at=at)
        owning = [
            Revision(row, None, {"owner": successor}) for row in rows.values() if row.owner_id == former.pk
        ]
        revise(owning, by=by, at=at, verb="handed over")
        return len(rows)


def _take_over(release_ids, present, successor, part, *, by, at):
    """Put the successor in the place of who left; a smaller part that they held before goes."""
    there = [present[pk][successor.pk] for pk in release_ids if successor.pk in present[pk]]
    ranks = list(Part)
    raised = [one for one in there if part == Part.ACCOUNTABLE or ranks.index(part) < ranks.index(one.part)]
    raised = [one for one in raised if one.part != Part.ACCOUNTABLE]
    revise([Revision(one, None, {"part": part}) for one in raised], by=by, at=at, verb="given a part")
    fresh = [pk for pk in release_ids if successor.pk not in present[pk]]
    create(
        [Stakeholder(release_id=pk, person=successor, part=part) for pk in fresh], by=by, at=at, verb="named"
    )


def _present(rows):
    """``{release id: {person id: Stakeholder}}``."""
    found = defaultdict(dict)
    for stake in Stakeholder.objects.filter(release__in=list(rows)).order_by("pk"):
        found[stake.release_id][stake.person_id] = stake
    return found


def _check_accountable(release, present, people, part):
    if part == Part.ACCOUNTABLE:
        return
    chosen = {person.pk for person in people}
    if not present and (release.owner_id is None or release.owner_id in chosen):
        words = _("Name who is accountable for %(release)s first.") % {"release": release}
        raise ValidationError({"part": words})
    if any(stake.part == Part.ACCOUNTABLE and stake.person_id in chosen for stake in present.values()):
        raise ValidationError({"part": _("Name another accountable person first.")})


def _step_down(stakes, people, part, *, by, at):
    """Make who was accountable responsible; before the new one is, as there is never more than one."""
    if part != Part.ACCOUNTABLE:
        return
    chosen = {person.pk for person in people}
    leaving = [one for one in stakes if one.part == Part.ACCOUNTABLE and one.person_id not in chosen]
    revise(
        [Revision(one, None, {"part": Part.RESPONSIBLE}) for one in leaving],
        by=by,
        at=at,
        verb="given a part",
    )


def _remove(stakes, *, by, at):
    gone = [Happening(stake, {"part": [stake.part, None]}) for stake in stakes]
    Stakeholder.objects.filter(pk__in=[stake.pk for stake in stakes]).delete()
    record(by=by, verb="removed", at=at, happenings=gone)
