"""Fragments beside the empty view, by requests per second (P11): the smallest there is, and one row of two lists.

For information: the rows stand behind filters and, for releases, behind how each of them stands.
"""

from releasemgr.bench import Goal, interleaved
from releasemgr.bench.calendar import tidy
from releasemgr.bench.claimed import claimed_organisation
from releasemgr.bench.visits import EMPTY, Visitor

NAME = "fragments"
CLAIMS = 1_000
PLACES = {
    "count": "calendar/decisions/count/",
    "project": "portfolio/projects/?q=Project+7&page=1",
    "release": "calendar/releases/?q=Project+7+2026&page=1",
}
ROUNDS = 50


def prepare(scale):
    org = claimed_organisation("fragments", claims=int(CLAIMS * scale))
    tidy()
    return org


def goals(org):
    for name, place in PLACES.items():
        yield Goal(f"P11 {name}", lambda place=place: _fragment(org, place), least=0.5, is_judged=False)


def _fragment(org, place):
    visitor = Visitor(org, is_htmx=True)
    rows = visitor.get(place).count(b"<tr")
    floor, ours = interleaved(lambda: visitor.get(EMPTY), lambda: visitor.get(place), rounds=ROUNDS)
    return floor, ours, {"rows": rows, "per_second": round(1 / ours), "empty_per_second": round(1 / floor)}
