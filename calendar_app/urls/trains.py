"""Trains and nominations."""

from django.urls import path

from calendar_app.views import nominations, trains

urlpatterns = [
    path("trains/", trains.train_list, name="train-list"),
    path("trains/new/", trains.train_create, name="train-create"),
    path("trains/<uuid:pk>/", trains.train_detail, name="train-detail"),
    path("trains/<uuid:pk>/edit/", trains.train_edit, name="train-edit"),
    *[
        path(f"trains/<uuid:pk>/{noun}/", trains.train_step, {"noun": noun}, name=f"train-{noun}")
        for noun in trains.STEPS
    ],
    path("releases/from-previous/", trains.release_from_previous, name="release-from-previous"),
    path("releases/<int:number>/nominations/", nominations.release_nominations, name="release-nominations"),
    path("releases/<int:number>/nominations/new/", nominations.nomination_create, name="nomination-create"),
    path(
        "releases/<int:number>/nominations/acceptance/",
        nominations.release_acceptances,
        name="release-acceptances",
    ),
    path("nominations/", nominations.nomination_list, name="nomination-list"),
    path("nominations/export/", nominations.nomination_export, name="nomination-export"),
    path("nominations/<uuid:pk>/", nominations.nomination_detail, name="nomination-detail"),
    path("nominations/<uuid:pk>/edit/", nominations.nomination_edit, name="nomination-edit"),
    path(
        "nominations/<uuid:pk>/acceptance/", nominations.nomination_acceptance, name="nomination-acceptance"
    ),
    path("nominations/<uuid:pk>/deferral/", nominations.nomination_deferral, name="nomination-deferral"),
    path(
        "nominations/<uuid:pk>/declination/",
        nominations.nomination_declination,
        name="nomination-declination",
    ),
    path(
        "nominations/<uuid:pk>/withdrawal/", nominations.nomination_withdrawal, name="nomination-withdrawal"
    ),
]
