"""`create_organisation SLUG --name NAME --owner EMAIL`: a new organisation with its first owner."""

import sys

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from releasemgr.accounts.founding import found, give_access
from releasemgr.accounts.roles import Role


class Command(BaseCommand):
    help = (
        "Makes an organisation, or gives one that exists another owner. Prints a new person's password once."
    )

    def add_arguments(self, parser):
        parser.add_argument("slug", help="name in addresses: small letters, digits and hyphens")
        parser.add_argument("--name", help="name as people read it (default: the slug)")
        parser.add_argument("--owner", required=True, metavar="EMAIL", help="e-mail address of the owner")
        parser.add_argument("--owner-name", default="", metavar="NAME", help="the owner's name")
        parser.add_argument("--time-zone", default="UTC", help="IANA name, such as Europe/Berlin")
        parser.add_argument("--currency", default="EUR", help="three letters")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    def handle(self, *, slug, name, owner, owner_name, time_zone, currency, password_stdin, **_options):
        password = sys.stdin.readline().rstrip("\n") if password_stdin else None
        if password_stdin and not password:
            raise CommandError("Standard input holds no password.")
        try:
            with transaction.atomic():
                org, is_new = found(slug, name=name or slug, time_zone=time_zone, currency=currency)
                access = give_access(
                    org,
                    email=owner,
                    name=owner_name or owner.partition("@")[0],
                    role=Role.OWNER,
                    password=password,
                )
        except ValidationError as invalid:
            raise CommandError(" ".join(invalid.messages)) from invalid
        self.stdout.write(f"{org} {'made' if is_new else 'exists already'}: /o/{org.slug}/")
        self.stdout.write(f"Owner: {access.membership.user.email}")
        if access.password and not password_stdin:
            self.stdout.write(f"Password (shown once): {access.password}")
