from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "releasemgr.tenancy"
    label = "tenancy"
