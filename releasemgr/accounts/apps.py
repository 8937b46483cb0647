from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "releasemgr.accounts"
    label = "accounts"
