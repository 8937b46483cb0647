"""The rule that what is planned was tested and approved: one version of each application, in every release covered."""

from collections import defaultdict

from django.utils.translation import gettext as _

from calendar_app.gates.facts.reach import Reach
from calendar_app.gates.facts.rulebook import Case, Outcome, open_or
from calendar_app.models import PlannedVersion, Release, TestRun

NAMED = 5  # applications named in the value; the rest is counted


def judge_versions(criteria, reach, _at):
    """Planned, last tested and approved version are the same for every application that has a planned one."""
    planned, tested = _facts(reach.release_ids)
    differing = {
        pk: [row.application.name for row in rows if not _agrees(row, tested)] for pk, rows in planned.items()
    }
    found = {}
    for criterion in criteria:
        covered = [pk for pk in reach.of(criterion) if pk in planned]
        everything = sum(len(planned[pk]) for pk in covered)
        apart = [name for pk in covered for name in differing[pk]]
        value = {"all": everything, "apart": len(apart), "names": sorted(apart)[:NAMED]}
        found[criterion.pk] = open_or(value, is_known=everything > 0, is_met=not apart)
    return found


def version_words(value):
    """ "2 of 7 applications differ: Ledger, Portal" """
    if not value["all"]:
        return _("no version is planned")
    if not value["apart"]:
        return _("the same for all %(all)d applications") % value
    names = ", ".join(value["names"]) + ("…" if value["apart"] > len(value["names"]) else "")
    return _("%(apart)d of %(all)d applications differ: %(names)s") % {**value, "names": names}


def version_cases(criterion):
    """A Case for each planned version that the criterion covers."""
    reach = Reach([criterion])
    planned, tested = _facts(reach.release_ids)
    covered = reach.of(criterion)
    releases = Release.objects.in_bulk(covered)
    for pk in covered:
        for row in planned.get(pk, ()):
            outcome = Outcome.HOLDS if _agrees(row, tested) else Outcome.DIFFERS
            words = {
                "application": row.application.name,
                "planned": row.label,
                "tested": tested.get((pk, row.application_id)) or "–",
                "approved": row.approved_label or "–",
            }
            why = _("%(application)s: planned %(planned)s, tested %(tested)s, approved %(approved)s") % words
            yield Case(releases[pk], outcome, why)


def _facts(release_ids):
    """``({release id: [PlannedVersion]}, {(release id, application id): version tested last})``."""
    planned = defaultdict(list)
    rows = PlannedVersion.objects.filter(release__in=release_ids).select_related("application")
    for row in rows.order_by("application__name", "pk"):
        planned[row.release_id].append(row)
    runs = TestRun.objects.filter(release__in=release_ids, application__isnull=False).exclude(
        version_label=""
    )
    newest = runs.order_by("release", "application", "-executed_at", "-pk").distinct("release", "application")
    tested = {(run.release_id, run.application_id): run.version_label for run in newest}
    return planned, tested


def _agrees(row, tested):
    return row.label == row.approved_label == tested.get((row.release_id, row.application_id))
