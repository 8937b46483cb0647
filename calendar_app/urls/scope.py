"""The organisation's own words: the same routes for each list."""

from django.urls import path

from calendar_app.views import vocabulary
from calendar_app.vocabulary import LISTS

urlpatterns = [path("words/", vocabulary.words, name="words")]
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
