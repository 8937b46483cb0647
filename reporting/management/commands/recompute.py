from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from releasemgr.tenancy.models import Organisation
from reporting.draining import drain, settle
from reporting.recompute import differences, recompute

SHOWN = 20


class Command(BaseCommand):
    """Bring an organisation's figures up to date, rebuild them, or prove that they are right."""

    help = "Drains an organisation's metric queue; --full rebuilds everything; --verify compares, exits 1 on a difference."

    def add_arguments(self, parser):
        parser.add_argument("--org", required=True, help="slug of the organisation")
        parser.add_argument("--full", action="store_true", help="rebuild items and figures from the facts")
        parser.add_argument(
            "--verify", action="store_true", help="compare stored figures with a full recompute"
        )

    def handle(self, *, org, full, verify, **_options):
        organisation = Organisation.objects.filter(slug=org).first()
        if organisation is None:
            raise CommandError(f"There is no organisation {org}.")
        if full:
            items, cells = recompute(organisation, as_of=timezone.now())
            self.stdout.write(f"Rebuilt {items} items and {cells} figures.")
        if verify:
            self._verify(organisation)
        elif not full:
            self.stdout.write(f"{drain(organisation)} facts and figures worked off.")

    def _verify(self, organisation):
        as_of = timezone.now()
        settle(organisation, as_of=as_of)
        found = differences(organisation, as_of=as_of)
        for difference in found[:SHOWN]:
            self.stdout.write(str(difference))
        if found:
            raise CommandError(f"{len(found)} figures differ from a full recompute.", returncode=1)
        self.stdout.write("Every figure equals a full recompute.")
