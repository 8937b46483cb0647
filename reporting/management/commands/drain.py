from django.core.management.base import BaseCommand
from django.utils import timezone

from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import org_scope
from reporting.draining import drain, is_due
from reporting.ticks import midnight, refresh


class Command(BaseCommand):
    """Work off the metric queue without a worker."""

    help = "Works off the metric queue of every organisation, or of one."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="one pass; without it, until nothing is due")
        parser.add_argument("--org", help="slug of one organisation")

    def handle(self, *, once, org, **_options):
        organisations = Organisation.objects.order_by("slug")
        total = 0
        for organisation in organisations.filter(slug=org) if org else organisations:
            total += self._work_off(organisation, once=once)
        self.stdout.write(f"{total} facts and figures worked off.")

    def _work_off(self, organisation, *, once):
        with org_scope(organisation):
            midnight(organisation, as_of=timezone.now())
            refresh(organisation, as_of=timezone.now())
        done = drain(organisation)
        while not once and is_due(organisation):
            done += drain(organisation)
        return done
