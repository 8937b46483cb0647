"""Dependencies between releases."""

from django.urls import path

from calendar_app.dependencies.acts import ACTS
from calendar_app.views import departures
from calendar_app.views import dependencies as views

urlpatterns = [
    path("dependencies/", views.dependency_list, name="dependency-list"),
    path("dependencies/export/", views.dependency_export, name="dependency-export"),
    path("dependencies/<int:number>/", views.dependency_detail, name="dependency-detail"),
    path("dependencies/<int:number>/edit/", views.dependency_edit, name="dependency-edit"),
    *[
        path(
            f"dependencies/<int:number>/{noun}/",
            views.dependency_answer if act.asks else views.dependency_step,
            {"noun": noun},
            name=f"dependency-{noun}",
        )
        for noun, act in ACTS.items()
    ],
    path("releases/<int:number>/departure/", departures.release_departure, name="release-departure"),
    path("releases/<int:number>/dependencies/", views.release_dependencies, name="release-dependencies"),
    path("releases/<int:number>/dependencies/new/", views.dependency_create, name="dependency-create"),
]
