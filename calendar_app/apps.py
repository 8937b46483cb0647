from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "calendar_app"

    def ready(self):
        from calendar_app.approvals.watching import reconsider
        from calendar_app.claims import gathered, listeners
        from calendar_app.conflicts import refresh, register_rules
        from calendar_app.dependencies.fulfilment import follow_providers
        from calendar_app.gates import facts
        from calendar_app.gates.reopening import follow_below
        from calendar_app.releases.following import mirror
        from calendar_app.stakers import register_nouns
        from calendar_app.stakers.zone import settle_zone
        from calendar_app.vocabulary import keep_fitting
        from releasemgr.changes.nouns import frames, register, watch
        from releasemgr.tenancy.models import Organisation

        register_nouns()
        register(Organisation, settle=settle_zone)
        register_rules()
        frames.append(gathered)
        listeners.append(refresh)
        watch(keep_fitting)
        facts.register_rules()
        watch(mirror)
        watch(facts.rejudge)
        watch(follow_below)
        watch(follow_providers)
        watch(reconsider)
