from django.apps import AppConfig


class ChangesConfig(AppConfig):
    name = "releasemgr.changes"
    label = "changes"
