"""SQL compilers that refuse to touch a tenant table outside the scope of its organisation (the second wall).

The check stands here and not only in the manager, because ``.exists()``, related managers, subqueries and a
queryset that left its scope all end in a compiler, and none of them would complain by themselves.
"""

from django.db.backends.postgresql import compiler as postgresql
from django.db.models.sql import compiler as plain

from releasemgr.tenancy.scope import ScopeError, current_org_id, is_maintenance
from releasemgr.tenancy.tables import tenant_tables


class _Walled:
    def as_sql(self, *args, **kwargs):
        sql = super().as_sql(*args, **kwargs)
        self._check_scope()
        return sql

    def _check_scope(self):
        tables = {source.table_name for source in self.query.alias_map.values()}
        if self.query.model:  # none in the query by which Django checks a condition of a constraint
            tables.add(self.query.get_meta().db_table)
        if is_maintenance() or tables.isdisjoint(tenant_tables()):
            return
        if getattr(self.query, "org_id", current_org_id()) != current_org_id():
            raise ScopeError("This queryset belongs to the scope of another organisation.")


class SQLCompiler(_Walled, postgresql.SQLCompiler):
    pass


class SQLInsertCompiler(_Walled, plain.SQLInsertCompiler):
    pass


class SQLUpdateCompiler(_Walled, plain.SQLUpdateCompiler):
    pass


class SQLDeleteCompiler(_Walled, plain.SQLDeleteCompiler):
    pass


class SQLAggregateCompiler(_Walled, plain.SQLAggregateCompiler):
    def _check_scope(self):
        """The inner query, compiled before this one, was checked already; this one names no table of its own."""
