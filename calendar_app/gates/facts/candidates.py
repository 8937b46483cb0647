"""The rule that a final version is what was last offered as a candidate: the same commit under both names.

The last candidate is the one with the highest number, which is known for every version, unlike its time. Without
commits the numbers still tell when a final was never offered as a candidate; that they agree proves nothing.
"""

import re
from collections import Counter, defaultdict

from django.utils.translation import gettext as _

from calendar_app.gates.facts.reach import Reach
from calendar_app.gates.facts.rulebook import Case, Outcome, open_or
from calendar_app.models import Release, Version

_NUMBERS = re.compile(r"\d+")
_SUFFIX = re.compile(r"^(?P<base>.*?)[.\-_]?(?:0)?rc[.\-_]?\d+$", re.IGNORECASE)


def judge_candidates(criteria, reach, _at):
    """No final version differs from the last candidate before it; open while none can be compared."""
    outcomes = {pk: _compare(rows)[0] for pk, rows in _versions(reach.release_ids).items()}
    found = {}
    for criterion in criteria:
        covered = reach.carriers(criterion)
        counted = Counter(outcomes[pk] for pk in covered if pk in outcomes)
        value = {
            "holds": counted[Outcome.HOLDS],
            "differs": counted[Outcome.DIFFERS],
            "unknown": len(covered) - counted[Outcome.HOLDS] - counted[Outcome.DIFFERS],
        }
        is_known = bool(value["holds"] or value["differs"])
        found[criterion.pk] = open_or(value, is_known=is_known, is_met=not value["differs"])
    return found


def candidate_words(value):
    """ "holds for 54, not for 1, cannot be told of 142" """
    return _("holds for %(holds)d, not for %(differs)d, cannot be told of %(unknown)d") % value


def candidate_cases(criterion):
    """A Case for each release that the criterion covers and that can have versions of its own."""
    covered = Reach([criterion]).carriers(criterion)
    versions = _versions(covered)
    releases = Release.objects.filter(pk__in=covered).select_related("project")
    for release in releases.order_by("name", "number"):
        outcome, why = _compare(versions.get(release.pk, ()))
        yield Case(release, outcome, why)


def _versions(release_ids):
    """``{release id: [Version]}`` of the candidates and finals of releases."""
    found = defaultdict(list)
    rows = Version.objects.filter(
        release__in=release_ids, kind__in=[Version.Kind.CANDIDATE, Version.Kind.FINAL]
    )
    for row in rows.only("release", "label", "kind", "commit").order_by("pk"):
        found[row.release_id].append(row)
    return found


def _compare(versions):
    """``(Outcome, why)`` from the candidates and finals of one release."""
    final = max((one for one in versions if one.kind == Version.Kind.FINAL), key=_order, default=None)
    last = max((one for one in versions if one.kind == Version.Kind.CANDIDATE), key=_order, default=None)
    if final is None:
        return Outcome.UNKNOWN, _("There is no final version.")
    if last is None:
        return Outcome.UNKNOWN, _("%(final)s had no release candidate.") % {"final": final.label}
    names = {"final": final.label, "last": last.label, "commit": final.commit[:10], "other": last.commit[:10]}
    if final.commit and last.commit:
        if final.commit == last.commit:
            return Outcome.HOLDS, _("%(final)s is %(last)s: both are commit %(commit)s.") % names
        return Outcome.DIFFERS, _("%(final)s is commit %(commit)s, %(last)s was %(other)s.") % names
    if _base(last.label) != final.label:
        return Outcome.DIFFERS, _("%(final)s was never a candidate; the last one was %(last)s.") % names
    return Outcome.UNKNOWN, _("No commit is recorded for %(final)s or %(last)s.") % names


def _order(version):
    """Versions in the order of their numbers: 9.0.0.0rc10 after 9.0.0.0rc9."""
    return [int(number) for number in _NUMBERS.findall(version.label)]


def _base(label):
    """The version that a candidate is one of: 15.0.0 for 15.0.0.0rc2 and for 15.0.0-rc2."""
    match = _SUFFIX.match(label)
    return match["base"].rstrip(".") if match else label
