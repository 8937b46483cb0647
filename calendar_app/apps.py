from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "calendar_app"

    def ready(self):
        from calendar_app.claims import gathered, listeners
        from calendar_app.conflicts import refresh, register_rules
        from calendar_app.stakers import register_nouns
        from releasemgr.changes.nouns import frames

        register_nouns()
        register_rules()
        frames.append(gathered)
        listeners.append(refresh)
