"""The scope of releases; the organisation's own words: the same routes for each list."""

from django.urls import path

from calendar_app.views import manifest, matrix, people, scope, vocabulary
from calendar_app.vocabulary import LISTS

urlpatterns = [
    path("releases/<int:number>/scope/", scope.scope, name="release-scope"),
    path("releases/<int:number>/scope/export/", scope.scope_export, name="scope-export"),
    path("releases/<int:number>/scope/new/", scope.item_create, name="item-create"),
    path("releases/<int:number>/scope/paste/", scope.scope_paste, name="scope-paste"),
    path("releases/<int:number>/scope/lock/", scope.scope_lock, name="scope-lock"),
    path("releases/<int:number>/scope/unlocking/", scope.scope_unlock, name="scope-unlock"),
    path("items/<uuid:pk>/", scope.item_edit, name="item-edit"),
    path("items/<uuid:pk>/removal/", scope.item_removal, name="item-removal"),
    path("releases/<int:number>/manifest/", manifest.manifest, name="release-manifest"),
    path("releases/<int:number>/manifest/export/", manifest.manifest_export, name="manifest-export"),
    path("releases/<int:number>/versions/new/", manifest.version_create, name="version-create"),
    path("releases/<int:number>/versions/approval/", manifest.versions_approval, name="versions-approval"),
    path("releases/<int:number>/test-runs/new/", manifest.run_create, name="run-create"),
    path("versions/<uuid:pk>/", manifest.version_edit, name="version-edit"),
    path("versions/<uuid:pk>/approval/", manifest.version_approval, name="version-approval"),
    path("test-runs/<uuid:pk>/", manifest.run_edit, name="run-edit"),
    path("releases/<int:number>/impact/", matrix.impact, name="release-impact"),
    path("releases/<int:number>/impact/new/", matrix.impact_create, name="impact-create"),
    path("releases/<int:number>/impact/of/<str:key>/", matrix.impact_cell, name="impact-cell"),
    path("releases/<int:number>/people/", people.release_people, name="release-people"),
    path("releases/<int:number>/people/new/", people.people_create, name="people-create"),
    path("stakes/replacement/", people.people_replacement, name="people-replacement"),
    path("stakes/<uuid:pk>/", people.stake_edit, name="stake-edit"),
    path("stakes/<uuid:pk>/removal/", people.stake_removal, name="stake-removal"),
    path("words/", vocabulary.words, name="words"),
]
for part in LISTS:
    fixed = {"part": part}
    urlpatterns += [
        path(f"words/{part}/new/", vocabulary.word_create, fixed, name=f"{part}-create"),
        path(f"words/{part}/<uuid:pk>/", vocabulary.word_edit, fixed, name=f"{part}-edit"),
        *[
            path(
                f"words/{part}/<uuid:pk>/{noun}/",
                vocabulary.word_step,
                {**fixed, "noun": noun},
                name=f"{part}-{noun}",
            )
            for noun in vocabulary.STEPS
        ],
    ]
