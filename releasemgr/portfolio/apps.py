from django.apps import AppConfig


class PortfolioConfig(AppConfig):
    name = "releasemgr.portfolio"
    label = "portfolio"
