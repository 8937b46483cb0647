"""`seed_demo`: the demo organisations, with logins and counts."""

import dataclasses
import json
import time
from datetime import date

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from releasemgr.accounts.founding import found, give_access
from releasemgr.accounts.roles import Role
from releasemgr.demo.seed import BLUEPRINTS, Login, Seeded, demo_password, seed
from releasemgr.demo.volume import Volume, plant_volume

CALIBRATED = "calibrated"


class Command(BaseCommand):
    help = "Makes two invented organisations with a year of history; those that exist are left as they are."

    def add_arguments(self, parser):
        parser.add_argument("--seed", type=int, default=1, help="the same seed and day give the same demo")
        parser.add_argument(
            "--today", type=date.fromisoformat, help="the day to lay it out around (YYYY-MM-DD)"
        )
        parser.add_argument(
            "--org", metavar="SLUG", help="only this demo organisation; with --events, the one to fill"
        )
        parser.add_argument(
            "--events", type=int, metavar="N", help="instead, a large organisation with N deployments"
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON")

    def handle(self, *, seed, today, org, events, as_json, **_options):
        day, password = today or timezone.now().date(), demo_password()
        done = (
            [self._seed_volume(org or CALIBRATED, events, seed, day, password)]
            if events is not None
            else self._seed_blueprints(org, seed, day, password)
        )
        self.stdout.write(_as_json(done) if as_json else "\n".join(_lines(done)))

    def _seed_blueprints(self, org, number, day, password):
        chosen = [one for one in BLUEPRINTS if org in (None, one.slug)]
        if not chosen:
            known = ", ".join(one.slug for one in BLUEPRINTS)
            raise CommandError(f"There is no demo organisation {org}. Known: {known}.")
        return [_seed(one, number, day, password) for one in chosen]

    def _seed_volume(self, slug, events, number, day, password):
        if events < 1:
            raise CommandError("--events must be at least 1.")
        try:
            org, is_new = found(slug, name="Calibrated organisation")
            owner = f"owner@{slug}.example"
            started = time.monotonic()
            volume = Volume(org, events, number, day)
            planted = plant_volume(volume, at=timezone.now(), progress=self.stderr.write)
            seconds = time.monotonic() - started
            access = give_access(org, email=owner, name="Owner", role=Role.OWNER, password=password)
        except ValidationError as fault:
            raise CommandError(" ".join(fault.messages)) from fault
        self.stderr.write(f"{planted:,} deployments in {seconds:.0f} s ({planted / seconds:,.0f} a second)")
        logins = [Login(owner, access.password, Role.OWNER, slug)]
        return Seeded(org, is_new, logins, {"calendar_app.deployment": planted})


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
