"""Conflicts and blockouts."""

from django.urls import path

from calendar_app.views import blockouts, conflicts

urlpatterns = [
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
