"""Releases, their phases and milestones."""

from django.urls import path

from calendar_app.releases.lifecycle import STEPS
from calendar_app.views import deployments, moves, phases, releases

urlpatterns = [
    path("deployments/<int:number>/", deployments.deployment_detail, name="deployment-detail"),
    path("releases/", releases.release_list, name="release-list"),
    path("releases/export/", releases.release_export, name="release-export"),
    path("releases/new/", releases.release_create, name="release-create"),
    path("releases/<int:number>/", releases.release_detail, name="release-detail"),
    path("releases/<int:number>/edit/", releases.release_edit, name="release-edit"),
    path("releases/<int:number>/target/", moves.release_target, name="release-target"),
    path("releases/<int:number>/status/", releases.release_status, name="release-status"),
    path("releases/<int:number>/go-live/", releases.release_go_live, name="release-go-live"),
    *[
        path(f"releases/<int:number>/{noun}/", releases.release_step, {"noun": noun}, name=f"release-{noun}")
        for noun in STEPS
    ],
    path("releases/<int:number>/phases/new/", phases.phase_create, name="phase-create"),
    path("releases/<int:number>/phases/<int:position>/", phases.phase_detail, name="phase-detail"),
    path("releases/<int:number>/phases/<int:position>/edit/", phases.phase_edit, name="phase-edit"),
    *[
        path(
            f"releases/<int:number>/phases/<int:position>/{noun}/",
            phases.phase_step,
            {"noun": noun},
            name=f"phase-{noun}",
        )
        for noun in phases.STEPS
    ],
    path("releases/<int:number>/milestones/new/", phases.milestone_create, name="milestone-create"),
    path("milestones/<uuid:pk>/", phases.milestone_detail, name="milestone-detail"),
    path("milestones/<uuid:pk>/edit/", phases.milestone_edit, name="milestone-edit"),
]
