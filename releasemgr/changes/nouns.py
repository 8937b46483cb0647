"""What the verb contract knows of each kind of object; practices register theirs in ``AppConfig.ready``."""

from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from django.db import models
from django.utils import timezone


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
_watchers = []


@dataclass
class Act:
    """What an act has changed so far: ``{(model, id): row}``, each as it became last, and the act's own time."""

    rows: dict = field(default_factory=dict)
    at: datetime | None = None

    def add(self, rows, at):
        """Note rows that were made or changed."""
        self.rows |= {(type(row), row.pk): row for row in rows}
        self.at = max(filter(None, [self.at, at]), default=None)

    def take(self):
        """Everything noted since the last time: ``{model: [row, …]}``."""
        taken, self.rows = self.rows, {}
        groups = {}
        for (model, _pk), row in taken.items():
            groups.setdefault(model, []).append(row)
        return groups


_act = ContextVar("act", default=None)


def watch(function):
    """Have ``function(changed, at)`` called at the end of each act, inside its transaction.

    ``changed`` maps models to the rows the act made or changed, ``at`` is the act's time. What a watcher changes in
    turn is watched as well, in a further round, until nothing changes any more. Called in ``AppConfig.ready``.
    """
    _watchers.append(function)


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
        with _watched():
            yield


@contextmanager
def _watched():
    """Tell the watchers at the end of the outermost act, round after round."""
    if _act.get() is not None:
        yield
        return
    act = Act()
    token = _act.set(act)
    try:
        yield
        while act.rows:
            changed, at = act.take(), act.at or timezone.now()
            for function in _watchers:
                function(changed, at)
    finally:
        _act.reset(token)


def settle(*groups, at=None):
    """Bring what is derived from rows up to date; each group holds rows of one model. ``at``: when they changed."""
    with one_act():
        for rows in groups:
            _act.get().add(rows, at)
            settling = noun_of(type(rows[0])).settle if rows else None
            if settling:
                settling(rows)
