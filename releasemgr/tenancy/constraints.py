"""Walls three and four as model constraints, so that migrations carry them: row-level security and composite keys."""

from django.apps import apps
from django.db.models import BaseConstraint, UniqueConstraint


class _SchemaConstraint(BaseConstraint):
    """A constraint of statements of its own, run at the end of the migration, when all its tables and keys exist."""

    def constraint_sql(self, model, schema_editor):
        schema_editor.deferred_sql.append(self.statements(model, schema_editor))

    create_sql = constraint_sql

    def validate(self, model, instance, exclude=None, using="default"):
        """Nothing to check in Python: Postgres keeps this promise."""

    def __eq__(self, other):
        return type(self) is type(other) and self.deconstruct() == other.deconstruct()

    def __hash__(self):
        return hash((type(self), self.name))


class RowLevelSecurity(_SchemaConstraint):
    """Only rows of the organisation in ``app.org_id``; all rows for the owner role under ``app.maintenance``.

    With ``append_only`` the application role may add and read rows, and never change or delete one.
    """

    def __init__(self, *, name, append_only=False):
        super().__init__(name=name)
        self.append_only = append_only

    def statements(self, model, schema_editor):
        table = schema_editor.quote_name(model._meta.db_table)
        statements = [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY {self.name} ON {table} "
            "USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid) "
            "WITH CHECK (org_id = nullif(current_setting('app.org_id', true), '')::uuid)",
            f"CREATE POLICY {self.name}_owner ON {table} TO releasemgr_owner "
            "USING (current_setting('app.maintenance', true) = 'on') "
            "WITH CHECK (current_setting('app.maintenance', true) = 'on')",
        ]
        if self.append_only:
            statements.append(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM releasemgr_app")
        return "; ".join(statements)

    def remove_sql(self, model, schema_editor):
        table = schema_editor.quote_name(model._meta.db_table)
        return (
            f"DROP POLICY {self.name} ON {table}; DROP POLICY {self.name}_owner ON {table}; "
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"
        )

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        if self.append_only:
            kwargs["append_only"] = True
        return path, args, kwargs


class OrgForeignKey(_SchemaConstraint):
    """``(org_id, x_id) -> (org_id, id)``: rows of two organisations cannot meet, whoever writes them."""

    def __init__(self, field, *, name):
        super().__init__(name=name)
        self.field = field

    def statements(self, model, schema_editor):
        field = model._meta.get_field(self.field)
        quote = schema_editor.quote_name
        return (
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY (org_id, {quote(field.column)}) "
            f"REFERENCES {quote(_remote_table(field))} (org_id, id) DEFERRABLE INITIALLY IMMEDIATE"
        )

    def remove_sql(self, model, schema_editor):
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        return path, (self.field, *args), kwargs


def org_walls(noun, *foreign_keys, append_only=False):
    """The constraints every tenant model has: row-level security, the key others refer to, its composite keys."""
    return [
        RowLevelSecurity(name=f"{noun}_rls", append_only=append_only),
        UniqueConstraint(fields=["org", "id"], name=f"{noun}_org_id"),
        *(OrgForeignKey(field, name=f"{noun}_{field}_same_org") for field in foreign_keys),
    ]


def _remote_table(field):
    remote = field.remote_field.model
    return remote._meta.db_table if hasattr(remote, "_meta") else apps.get_model(remote)._meta.db_table
