from django.apps import AppConfig


class EnvironmentsConfig(AppConfig):
    name = "environments"

    def ready(self):
        from calendar_app.claims import stake
        from calendar_app.departures.finders import register_departure_finder
        from environments import claims
        from environments.bookings import revise_bookings
        from environments.departures import bookings_of_leaving
        from environments.models import CapacityStep, EnvironmentUse
        from environments.rules import register_rules
        from environments.supply import revise_capacity, revise_environments, revise_outages
        from releasemgr.accounts.roles import Permission
        from releasemgr.changes.revisions import register
        from releasemgr.portfolio.models import Environment

        register(claims.Booking, revise=revise_bookings, settle=stake)
        register(
            claims.Outage,
            revise=revise_outages,
            settle=stake,
            permission=Permission.MANAGE_ENVIRONMENT,
        )
        register(CapacityStep, revise=revise_capacity)
        register(Environment, revise=revise_environments)
        register(EnvironmentUse)
        register_rules()
        register_departure_finder(bookings_of_leaving)
