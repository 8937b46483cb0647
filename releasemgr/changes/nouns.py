"""What the verb contract knows of each kind of object; practices register theirs in ``AppConfig.ready``."""

from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from django.db import models


@dataclass(frozen=True)
class Noun:
    """What the contract knows of a kind of object.

    ``revise`` is the verb that writes revisions of it where rules go with a change (for `undo`), ``settle(rows)``
    brings what is derived from rows up to date after they were made or changed. ``under`` names foreign keys whose
    rows stay locked meanwhile, because what is derived depends on them too (the release of a phase).
    ``permission`` is what a member needs to undo changes of it on the page for that; None: its own pages undo it.
    """

    model: type[models.Model]
    revise: Callable | None = None
    settle: Callable | None = None
    under: tuple[str, ...] = ()
    permission: str | None = None


nouns: dict[str, Noun] = {}
# Context managers opened around the settling of one act: what derives from several nouns is derived once, at the end.
frames = []


def register(model, *, revise=None, settle=None, under=(), permission=None):
    """Make a noun known, or add to what a lower practice said of it. Called in ``AppConfig.ready``."""
    known = noun_of(model)
    nouns[model._meta.model_name] = Noun(
        model,
        revise or known.revise,
        settle or known.settle,
        (*known.under, *under),
        permission or known.permission,
    )


def noun_of(model):
    """The Noun of a model; one without rules for a model that nobody registered."""
    return nouns.get(model._meta.model_name) or Noun(model)


@contextmanager
def one_act():
    """Work out once, at the end of the block, what is derived from all that verbs write inside it."""
    with ExitStack() as stack:
        for frame in frames:
            stack.enter_context(frame())
        yield


def settle(*groups):
    """Bring what is derived from rows up to date; each group holds rows of one model."""
    with one_act():
        for rows in groups:
            settling = noun_of(type(rows[0])).settle if rows else None
            if settling:
                settling(rows)
