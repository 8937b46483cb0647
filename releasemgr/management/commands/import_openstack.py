"""`import_openstack DIR --org SLUG`: the OpenStack release data pack into an organisation."""

import json
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from releasemgr.accounts.founding import found
from releasemgr.importers.openstack.pack import load
from releasemgr.importers.openstack.run import run
from releasemgr.importers.rows import FileFault

_PROBLEMS_SHOWN = 50


class Command(BaseCommand):
    help = "Imports the OpenStack release data pack. Repeat it at any time: what is there already stays as it is."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, metavar="DIR", help="the folder of the pack's CSV files")
        parser.add_argument(
            "--org", required=True, metavar="SLUG", help="organisation; made when it is missing"
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="print the counts as JSON")

    def handle(self, *, folder, org, as_json, **_options):
        try:
            pack = load(folder)
            organisation, is_new = found(org, name="OpenStack")
            report = run(pack, organisation, at=timezone.now(), progress=self._progress)
        except (FileFault, ValidationError) as fault:
            raise CommandError(" ".join(getattr(fault, "messages", [str(fault)]))) from fault
        self._tell_problems(report.problems)
        self.stdout.write(_as_json(report, organisation, is_new) if as_json else "\n".join(_lines(report)))
        if is_new:
            self._progress(f"Nobody can see it yet: create_organisation {org} --owner you@example.org")

    def _progress(self, text):
        self.stderr.write(text, ending="\n")
        self.stderr.flush()

    def _tell_problems(self, problems):
        for problem in problems[:_PROBLEMS_SHOWN]:
            self.stderr.write(str(problem))
        if len(problems) > _PROBLEMS_SHOWN:
            self.stderr.write(f"… and {len(problems) - _PROBLEMS_SHOWN} more (all of them with --json).")


def _as_json(report, organisation, is_new):
    return json.dumps(
        {
            "organisation": organisation.slug,
            "made": is_new,
            **report.read,
            "stored": report.stored,
            "by_cycle": report.cycles,
            "created": dict(report.arrivals.created),
            "changed": {noun: count for noun, count in report.arrivals.changed.items() if count},
            "unchanged": {noun: count for noun, count in report.arrivals.unchanged.items() if count},
            "problems": [vars(problem) for problem in report.problems],
            "seconds": report.seconds,
        },
        indent=2,
    )


def _lines(report):
    yield "Read: " + ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in report.read.items())
    yield "Stored: " + ", ".join(
        f"{count:,} {name.replace('_', ' ')}" for name, count in report.stored.items()
    )
    created, changed = report.arrivals.created.total(), report.arrivals.changed.total()
    yield f"{created:,} created, {changed:,} changed, {report.arrivals.unchanged.total():,} as they were"
    if report.changed_nothing:
        yield "Everything was there already; nothing was changed."
    yield f"{len(report.problems):,} rows left out; {report.seconds} s"
