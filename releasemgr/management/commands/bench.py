"""`bench [NAME …] [--json] [--scale N]`: measures the performance goals; exits 1 when a judged one is missed."""

import json
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError

from releasemgr import bench
from releasemgr.bench.scenarios import SCENARIOS


class Command(BaseCommand):
    help = "Measure the performance goals as ratios, each beside its floor in the same run."

    def add_arguments(self, parser):
        parser.add_argument(
            "names", nargs="*", metavar="NAME", help=f"of {', '.join(SCENARIOS)}; all when none"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON list")
        parser.add_argument("--scale", type=float, default=1, help="size of the data; 1 = as the goals say")

    def handle(self, *args, names, scale, **options):
        unknown = sorted(set(names) - set(SCENARIOS))
        if unknown:
            raise CommandError(f"No scenario {', '.join(unknown)}; there are {', '.join(SCENARIOS)}.")
        found = []
        for measured in bench.run([SCENARIOS[name] for name in names or SCENARIOS], scale=scale):
            found.append(measured)
            self.stderr.write(_line(measured))
        if options["json"]:
            self.stdout.write(json.dumps([asdict(measured) for measured in found], indent=2, default=str))
        missed = [measured.id for measured in found if measured.is_judged and not measured.ok]
        if missed:
            raise CommandError(f"Missed: {', '.join(missed)}")


def _line(measured):
    mark = ("ok    " if measured.ok else "MISSED") if measured.is_judged else "info  "
    times = f"{measured.ours_ms:.2f} ms against {measured.floor_ms:.2f} ms"
    return f"{mark} {measured.id:<4} {measured.ratio:8.3f} (goal {measured.goal})  {times}  {measured.detail or ''}"
