from django.apps import AppConfig


class ActivityConfig(AppConfig):
    name = "releasemgr.activity"
    label = "activity"
    product_name = "releasemgr"
