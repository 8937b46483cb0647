"""Is this process fit to serve? The database role, the walls of every table, migrations, the broker, old marks."""

from dataclasses import dataclass, field

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.utils import timezone

from releasemgr.activity.models import FactMark
from releasemgr.tenancy.tables import CONTROL_TABLES, tenant_tables

STALE_SECONDS = 120


@dataclass
class Readiness:
    """``failures`` stop the service (503); ``degraded`` is said and served (200)."""

    failures: list[str] = field(default_factory=list)
    degraded: list[str] = field(default_factory=list)

    @property
    def is_ready(self):
        return not self.failures


def database_failures():
    """What makes this database unsafe to serve from: wrong role, unprotected or unlisted tables, a leaking probe."""
    with connection.cursor() as cursor:
        return [*_role_failures(cursor), *_table_failures(cursor)]


class UnsafeDatabase(SystemExit):
    """The product does not start on a database whose walls do not stand; the message says which."""


def insist_on_walls():
    """Called when web and workers start: raises UnsafeDatabase unless role and tables are as they must be."""
    found = database_failures()
    connection.close()
    if found:
        raise UnsafeDatabase("releasemgr does not start on this database:\n- " + "\n- ".join(found))


def readiness():
    """The state of this process and what it depends on."""
    found = Readiness(failures=database_failures())
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        found.failures.append("Migrations are waiting.")
    queue = mark_queue()
    if queue.oldest_seconds > STALE_SECONDS:
        found.degraded.append(f"The oldest metric mark has waited {queue.oldest_seconds:.0f} s.")
    return found


@dataclass(frozen=True)
class MarkQueue:
    """How many fact marks wait, and the age of the oldest in seconds (0 when none waits)."""

    waiting: int
    oldest_seconds: float


def mark_queue():
    """The state of the metric queue over all organisations (ids and times only)."""
    found = FactMark.objects.aggregate(waiting=Count("pk"), oldest=Min("at"))
    age = (timezone.now() - found["oldest"]).total_seconds() if found["oldest"] else 0
    return MarkQueue(found["waiting"], max(0, age))


def _role_failures(cursor):
    cursor.execute(
        "SELECT current_user, rolsuper OR rolbypassrls, "
        "(SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_get_userbyid(c.relowner) = current_user) "
        "FROM pg_roles WHERE rolname = current_user"
    )
    name, is_exempt, owned = cursor.fetchone()
    if is_exempt:
        yield f"The database role {name} bypasses row-level security."
    if owned:
        yield f"The database role {name} owns {owned} tables; connect as releasemgr_app."


def _table_failures(cursor):
    cursor.execute(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY c.relname"
    )
    for table, is_protected in cursor.fetchall():
        if table in CONTROL_TABLES:
            continue
        if table not in tenant_tables():
            yield f"The table {table} is neither a tenant table nor listed as a control table."
        elif not is_protected:
            yield f"The table {table} has no forced row-level security."
        elif _leaks(cursor, table):
            yield f"The table {table} shows rows without a scope."


def _leaks(cursor, table):
    cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')  # noqa: S608 (the name is from the catalogue)
    return cursor.fetchone()[0]
