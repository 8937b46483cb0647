from django.urls import path

from calendar_app.gates.rounds import STEPS as GATE_STEPS
from calendar_app.releases.lifecycle import STEPS as RELEASE_STEPS
from calendar_app.views import blockouts, calendar, conflicts, deployments, gates, moves, phases, releases

app_name = "calendar"

urlpatterns = [
    path("", calendar.calendar, name="calendar"),
    path("deployments/<int:number>/", deployments.deployment_detail, name="deployment-detail"),
    path("releases/", releases.release_list, name="release-list"),
    path("releases/export/", releases.release_export, name="release-export"),
    path("releases/new/", releases.release_create, name="release-create"),
    path("releases/<int:number>/", releases.release_detail, name="release-detail"),
    path("releases/<int:number>/edit/", releases.release_edit, name="release-edit"),
    path("releases/<int:number>/target/", moves.release_target, name="release-target"),
    path("releases/<int:number>/go-live/", releases.release_go_live, name="release-go-live"),
    *[
        path(f"releases/<int:number>/{noun}/", releases.release_step, {"noun": noun}, name=f"release-{noun}")
        for noun in RELEASE_STEPS
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
    path("releases/<int:number>/gates/new/", gates.gate_create, name="gate-create"),
    path("gates/<uuid:pk>/", gates.gate_detail, name="gate-detail"),
    path("gates/<uuid:pk>/edit/", gates.gate_edit, name="gate-edit"),
    path("gates/<uuid:pk>/decision/", gates.gate_decision, name="gate-decision"),
    *[
        path(f"gates/<uuid:pk>/{noun}/", gates.gate_step, {"noun": noun}, name=f"gate-{noun}")
        for noun in (*GATE_STEPS, "cancellation")
    ],
    path("conflicts/", conflicts.conflict_list, name="conflict-list"),
    path("conflicts/<uuid:pk>/", conflicts.conflict_detail, name="conflict-detail"),
    path("conflicts/<uuid:pk>/acceptance/", conflicts.conflict_acceptance, name="conflict-acceptance"),
    path("conflicts/<uuid:pk>/reopening/", conflicts.conflict_reopening, name="conflict-reopening"),
    path("conflicts/<uuid:pk>/assignment/", conflicts.conflict_assignment, name="conflict-assignment"),
    path("blockouts/", blockouts.blockout_list, name="blockout-list"),
    path("blockouts/new/", blockouts.blockout_create, name="blockout-create"),
    path("blockouts/<uuid:pk>/", blockouts.blockout_detail, name="blockout-detail"),
    path("blockouts/<uuid:pk>/edit/", blockouts.blockout_edit, name="blockout-edit"),
    path("blockouts/<uuid:pk>/cancellation/", blockouts.blockout_cancellation, name="blockout-cancellation"),
]
