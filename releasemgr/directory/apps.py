from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "releasemgr.directory"

    def ready(self):
        from releasemgr.accounts.roles import Permission
        from releasemgr.activity.subjects import discuss
        from releasemgr.changes.revisions import register
        from releasemgr.directory.tree import revise_nodes
        from releasemgr.portfolio import models

        manage = Permission.MANAGE_PORTFOLIO
        register(models.Portfolio, revise=revise_nodes, permission=manage)
        for model in (models.Project, models.Application, models.Team, models.Person):
            register(model, permission=manage)
        discuss(models.Portfolio)  # its page is the form of those who may change it
