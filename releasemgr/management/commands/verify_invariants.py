"""`verify_invariants [--org SLUG]`: what must be true at any time, checked; exits 1 with a list of what is not."""

from django.core.management.base import BaseCommand, CommandError

from releasemgr.invariants import broken
from releasemgr.readiness import database_failures
from releasemgr.tenancy.models import Organisation


class Command(BaseCommand):
    help = "Checks claims, conflicts, bookings, keys and figures of one organisation or of all."

    def add_arguments(self, parser):
        parser.add_argument("--org", metavar="SLUG", help="only this organisation")

    def handle(self, *, org, **_options):
        organisations = Organisation.objects.order_by("slug")
        if org:
            organisations = organisations.filter(slug=org)
            if not organisations:
                raise CommandError(f"There is no organisation {org}.")
        found = [f"database: {sentence}" for sentence in database_failures()]
        for organisation in organisations:
            found += [f"{organisation.slug}: {check}: {sentence}" for check, sentence in broken(organisation)]
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} broken.", returncode=1)
        self.stdout.write(f"Everything holds in {len(organisations)} organisations.")
