from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "releasemgr.directory"

    def ready(self):
        from releasemgr.changes.revisions import register
        from releasemgr.directory.tree import revise_nodes
        from releasemgr.portfolio import models

        register(models.Portfolio, revise=revise_nodes)
        for model in (models.Project, models.Application, models.Team, models.Person):
            register(model)
