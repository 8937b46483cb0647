"""`list_routes --json`: every route with its methods, roles and parameters."""

import json

from django.core.management.base import BaseCommand, CommandError

from releasemgr.routes import Unguarded, all_routes

ANYONE = "anyone"


class Command(BaseCommand):
    help = "Lists every route. A route inside an organisation without a guard is an error."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON")

    def handle(self, *, as_json, **_options):
        try:
            routes = all_routes()
        except Unguarded as fault:
            raise CommandError(str(fault)) from fault
        if as_json:
            self.stdout.write(json.dumps([_described(route) for route in routes], indent=2))
            return
        for route in routes:
            roles = ", ".join(route.roles() or [ANYONE])
            self.stdout.write(f"{','.join(route.methods):<18} {route.path}  ({roles})")


def _described(route):
    return {
        "name": route.name,
        "path": route.path,
        "methods": list(route.methods),
        "roles": route.roles() if route.is_in_organisation else [ANYONE],
        "roles_by_method": {method: route.roles(method) for method in route.permissions},
        "params": list(route.params),
    }
