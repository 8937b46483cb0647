from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"

    def ready(self):
        from releasemgr.activity.trail import bells
        from reporting.bell import ring_after_commit

        bells.append(ring_after_commit)
