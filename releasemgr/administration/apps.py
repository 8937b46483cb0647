from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "releasemgr.administration"

    def ready(self):
        from releasemgr.accounts.models import Membership
        from releasemgr.changes.revisions import register
        from releasemgr.tenancy.models import Organisation

        register(Organisation)
        register(Membership)
