"""The tenant scope: one organisation, one transaction, one database setting (the first wall).

``with org_scope(org):`` opens a transaction, tells Postgres which organisation it is for (`SET LOCAL`, which a
transaction pooler and Citus both honour) and lets the managers of tenant models work. Without a scope they raise.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.apps import apps
from django.db import connection, transaction

_scope = ContextVar("org_scope", default=None)
_maintenance = ContextVar("maintenance", default=False)
_takebacks = ContextVar("takebacks", default=None)


class ScopeError(RuntimeError):
    """Tenant data was touched outside the scope of its organisation."""


def current_org():
    """The Organisation of the open scope; raises ScopeError when there is none."""
    organisation = _scope.get()
    if organisation is None:
        raise ScopeError("No organisation scope is open: use `with org_scope(org):`.")
    return organisation


def current_org_id():
    """The id of the organisation of the open scope; raises ScopeError when there is none."""
    return current_org().pk


def is_maintenance():
    """Whether this context reads across organisations as the owner role."""
    return _maintenance.get()


def has_scope():
    """Whether an organisation scope is open here."""
    return _scope.get() is not None


@contextmanager
def org_scope(org):
    """Work inside one organisation (an Organisation or its id); yields the Organisation.

    Nested entry of the same organisation is a savepoint; of another one, a ScopeError. The setting is taken back
    on exit because SET LOCAL outlives a released savepoint; a transaction that must roll back takes it back itself.
    """
    organisation = _organisation(org)
    outer = _scope.get()
    if outer is not None:
        if outer.pk != organisation.pk:
            raise ScopeError("A scope of another organisation is already open.")
        with transaction.atomic():
            yield organisation
        return
    token = _scope.set(organisation)
    try:
        with _taken_back(), transaction.atomic():
            _announce(organisation.pk)
            yield organisation
            if not connection.needs_rollback:
                _announce(None)
    finally:
        _scope.reset(token)


def on_rollback(function):
    """Have ``function()`` called when what is done in the open scope is not committed: for files, which no rollback takes.

    Nothing happens when it is committed. Inside a transaction that is wider than the scope (a test), that one decides.
    """
    takebacks = _takebacks.get()
    if takebacks is None:
        raise ScopeError("No organisation scope is open: use `with org_scope(org):`.")
    takeback = _Takeback(function)
    takebacks.append(takeback)
    transaction.on_commit(takeback.forget)


class _Takeback:
    """A function for the case of a rollback; on commit it is forgotten."""

    def __init__(self, function):
        self.function, self.is_settled = function, False

    def forget(self):
        self.is_settled = True

    def run(self):
        """Call the function unless the work was committed or still waits for a wider transaction."""
        is_waiting = any(callback == self.forget for _sids, callback, _robust in connection.run_on_commit)
        if not self.is_settled and not is_waiting:
            self.function()


@contextmanager
def _taken_back():
    """Run at the end what was asked for by `on_rollback` and is due."""
    takebacks = []
    token = _takebacks.set(takebacks)
    try:
        yield
    finally:
        _takebacks.reset(token)
        for takeback in takebacks:
            takeback.run()


@contextmanager
def maintenance():
    """Read and write across organisations; only the role `releasemgr_owner` is let through by the policies."""
    token = _maintenance.set(True)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL app.maintenance = 'on'")
            yield
            if not connection.needs_rollback:
                cursor.execute("SET LOCAL app.maintenance = 'off'")
    finally:
        _maintenance.reset(token)


def _organisation(org):
    model = apps.get_model("tenancy", "Organisation")
    return org if isinstance(org, model) else model.objects.get(pk=org)


def _announce(org_id):
    value = UUID(str(org_id)) if org_id else ""  # only a UUID ever becomes part of the statement
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL app.org_id = '{value}'")
