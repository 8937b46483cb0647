"""`seed_demo`: the demo organisations, with logins and counts."""

import dataclasses
import json
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from releasemgr.demo.seed import BLUEPRINTS, demo_password, seed


class Command(BaseCommand):
    help = "Makes two invented organisations with a year of history. Those that exist are left as they are."

    def add_arguments(self, parser):
        parser.add_argument("--seed", type=int, default=1, help="the same seed and day give the same demo")
        parser.add_argument(
            "--today", type=date.fromisoformat, help="the day to lay it out around (YYYY-MM-DD)"
        )
        parser.add_argument("--org", metavar="SLUG", help="only this one of the demo organisations")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON")

    def handle(self, *, seed, today, org, as_json, **_options):
        chosen = [one for one in BLUEPRINTS if org in (None, one.slug)]
        if not chosen:
            known = ", ".join(one.slug for one in BLUEPRINTS)
            raise CommandError(f"There is no demo organisation {org}. Known: {known}.")
        day, password = today or timezone.now().date(), demo_password()
        done = [_seed(one, seed, day, password) for one in chosen]
        self.stdout.write(_as_json(done) if as_json else "\n".join(_lines(done)))


def _seed(blueprint, number, today, password):
    with transaction.atomic():
        return seed(blueprint, seed=number, today=today, password=password)


def _as_json(done):
    return json.dumps(
        {
            "organisations": [
                {
                    "slug": one.org.slug,
                    "name": one.org.name,
                    "path": f"/o/{one.org.slug}/",
                    "made": one.is_new,
                }
                for one in done
            ],
            "logins": [dataclasses.asdict(login) for one in done for login in one.logins],
            "counts": {one.org.slug: one.counts for one in done},
        },
        indent=2,
    )


def _lines(done):
    for one in done:
        yield f"{one.org.name} ({'made' if one.is_new else 'exists already, left as it is'}): /o/{one.org.slug}/"
        for login in one.logins:
            yield f"  {login.role:<20} {login.email:<48} {login.password or '(password not known)'}"
        for noun, count in sorted(one.counts.items()):
            yield f"  {count:>8,} {noun}"
