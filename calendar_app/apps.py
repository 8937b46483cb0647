from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "calendar_app"

    def ready(self):
        from calendar_app import stakers
        from calendar_app.claims import stake
        from releasemgr.changes.revisions import register

        register(stakers.Release, settle=stakers.settle_releases)
        for model in (
            stakers.Phase,
            stakers.Gate,
            stakers.Milestone,
            stakers.Blockout,
            stakers.Deployment,
        ):
            register(model, settle=stake, under=() if model is stakers.Blockout else ("release",))
