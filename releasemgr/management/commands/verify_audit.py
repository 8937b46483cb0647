"""`verify_audit [--org SLUG]`: checks the hash chain of the audit trail; exits 1 on the first organisation with a fault."""

from django.core.management.base import BaseCommand, CommandError

from releasemgr.activity.models import Entry, Seal
from releasemgr.activity.seals import verify_seals
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import org_scope


class Command(BaseCommand):
    help = "Check that nobody changed the sealed audit trail."

    def add_arguments(self, parser):
        parser.add_argument("--org", metavar="SLUG", help="only this organisation")

    def handle(self, *args, org, **options):
        organisations = Organisation.objects.filter(slug=org) if org else Organisation.objects.all()
        if org and not organisations:
            raise CommandError(f"There is no organisation {org}.")
        faults = [
            fault for organisation in organisations.order_by("slug") for fault in self._check(organisation)
        ]
        if faults:
            raise CommandError("\n".join(faults))

    def _check(self, organisation):
        with org_scope(organisation):
            faults = [f"{organisation.slug}: {fault}" for fault in verify_seals()]
            last = Seal.objects.order_by("-number").first()
            waiting = Entry.objects.filter(sealed_in=None).count()
        if not faults:
            chain = f"{last.number} seals, the last {last.hash[:16]}…" if last else "no seal yet"
            self.stdout.write(
                f"{organisation.slug}: {chain}, {waiting} entries not sealed yet. Nothing was changed."
            )
        return faults
