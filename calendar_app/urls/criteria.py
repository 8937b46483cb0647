"""Criteria of gates and activities of phases."""

from django.urls import path

from calendar_app.views import activities, board, criteria

urlpatterns = [
    path("releases/<int:number>/gates/", board.release_gates, name="release-gates"),
    path("gates/<uuid:pk>/below/", board.gate_below, name="gate-below"),
    path("gates/<uuid:pk>/criteria/new/", criteria.criterion_create, name="criterion-create"),
    path("gates/<uuid:pk>/criteria/rules/", criteria.criterion_rules, name="criterion-rules"),
    path("criteria/<uuid:pk>/", criteria.criterion_detail, name="criterion-detail"),
    path("criteria/<uuid:pk>/edit/", criteria.criterion_edit, name="criterion-edit"),
    path("criteria/<uuid:pk>/judgement/", criteria.criterion_judgement, name="criterion-judgement"),
    path("criteria/<uuid:pk>/evaluation/", criteria.criterion_evaluation, name="criterion-evaluation"),
    path("criteria/<uuid:pk>/removal/", criteria.criterion_removal, name="criterion-removal"),
    path("criteria/<uuid:pk>/position/", criteria.criterion_position, name="criterion-position"),
    path("criteria/<uuid:pk>/export/", criteria.criterion_export, name="criterion-export"),
    path(
        "releases/<int:number>/phases/<int:position>/activities/new/",
        activities.activity_create,
        name="activity-create",
    ),
    path(
        "releases/<int:number>/phases/<int:position>/reentry/", activities.phase_reentry, name="phase-reentry"
    ),
    path("activities/<uuid:pk>/edit/", activities.activity_edit, name="activity-edit"),
    path("activities/<uuid:pk>/percent/", activities.activity_percent, name="activity-percent"),
    path("activities/<uuid:pk>/removal/", activities.activity_removal, name="activity-removal"),
    path("activities/<uuid:pk>/position/", activities.activity_position, name="activity-position"),
]
