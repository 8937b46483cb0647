from django.apps import AppConfig


class ImprovementConfig(AppConfig):
    name = "improvement"

    def ready(self):
        from improvement.models import Action, Baseline
        from releasemgr.changes.revisions import register

        register(Action)
        register(Baseline)
