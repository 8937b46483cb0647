from django.apps import AppConfig


class ReleasemgrConfig(AppConfig):
    name = "releasemgr"
    label = "releasemgr"
