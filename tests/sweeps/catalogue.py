"""Reading the database's own catalogue: is every table walled, and could the schema be distributed by organisation?

`faults(cursor)` returns sentences, none when all is well; it reads whatever the cursor's connection sees, so that a
fault planted in an open transaction is found as well.
"""

from releasemgr.tenancy.tables import QUEUE_TABLES, REFERENCE_TABLES, tenant_models, tenant_tables

_TABLES = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity, c.relkind
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'f') ORDER BY 1
"""
_ORG_COLUMNS = """
SELECT c.relname, a.attnotnull, format_type(a.atttypid, a.atttypmod)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id'
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
"""
_INDEXES = """
SELECT t.relname, i.relname, x.indisprimary, a.attname
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
WHERE t.relnamespace = 'public'::regnamespace ORDER BY 1, 2
"""
_FOREIGN_KEYS = """
SELECT t.relname, k.conname, r.relname, k.convalidated,
    (SELECT array_agg(a.attname::text ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY u(c, n)
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = u.c),
    (SELECT array_agg(a.attname::text ORDER BY u.n) FROM unnest(k.confkey) WITH ORDINALITY u(c, n)
        JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = u.c)
FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
WHERE k.contype = 'f' AND t.relnamespace = 'public'::regnamespace ORDER BY 1, 2
"""
_POLICIES = """
SELECT c.relname, p.polname, p.polcmd::text, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),
    (SELECT array_agg(coalesce(r.rolname, 'public')::text) FROM unnest(p.polroles) o(oid) LEFT JOIN pg_roles r USING (oid))
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid ORDER BY 1, 2
"""
_FORBIDDEN = {
    "the trigger {}": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    "the materialised view {}": """
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'm'""",
    "the view {} without security_invoker": """
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
        AND NOT coalesce('security_invoker=true' = ANY(reloptions), false)""",
    "the SECURITY DEFINER function {}": """
        SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef""",
    "the right of releasemgr_app to empty {}": """
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND has_table_privilege('releasemgr_app', oid, 'TRUNCATE')""",
    "that releasemgr_app owns {}": """
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relowner = 'releasemgr_app'::regrole""",
}
_SCOPE = "(org_id = (NULLIF(current_setting('app.org_id'::text, true), ''::text))::uuid)"
_MAINTENANCE = "(current_setting('app.maintenance'::text, true) = 'on'::text)"
_ALLOWED_POLICIES = {("public", _SCOPE), ("releasemgr_owner", _MAINTENANCE)}


def faults(cursor):
    """Everything in the schema that breaks a wall or would keep it from being distributed by ``org_id``."""
    return [
        *_listing_faults(cursor),
        *_column_faults(cursor),
        *_index_faults(cursor),
        *_key_faults(cursor),
        *_policy_faults(cursor),
        *(
            f"There is {what.format(name)}."
            for what, query in _FORBIDDEN.items()
            for (name,) in _rows(cursor, query)
        ),
    ]


def _rows(cursor, query):
    cursor.execute(query)
    return cursor.fetchall()


def _listing_faults(cursor):
    lists = {"tenant": tenant_tables(), "reference": REFERENCE_TABLES, "queue": QUEUE_TABLES}
    for table, is_walled, kind in _rows(cursor, _TABLES):
        holding = [name for name, tables in lists.items() if table in tables]
        if len(holding) != 1:
            yield f"The table {table} is in {len(holding)} lists: {holding}."
        if holding == ["tenant"] and not is_walled:
            yield f"The tenant table {table} has no forced row-level security."
        if kind == "f":
            yield f"The table {table} is a foreign one."


def _column_faults(cursor):
    columns = {table: (is_required, kind) for table, is_required, kind in _rows(cursor, _ORG_COLUMNS)}
    for table in sorted(tenant_tables() | QUEUE_TABLES):
        if columns.get(table) != (True, "uuid"):
            yield f"org_id of {table} is not a required uuid: {columns.get(table)}."


def _index_faults(cursor):
    distributed = tenant_tables() | QUEUE_TABLES
    for table, index, is_primary, first in _rows(cursor, _INDEXES):
        if table in distributed and first != "org_id" and not (is_primary and first == "id"):
            yield f"The index {index} of {table} leads with {first}, not with org_id."


def _key_faults(cursor):
    tenant = tenant_tables()
    for table, key, target, is_valid, columns, targets in _rows(cursor, _FOREIGN_KEYS):
        if not is_valid:
            yield f"The key {key} of {table} is not validated."
        if target in tenant and (columns[0] != "org_id" or targets != ["org_id", "id"]):
            yield f"The key {key} of {table} refers to {target} by {targets}, not within the organisation."
        if table in QUEUE_TABLES:
            yield f"The queue {table} has the key {key}."
    yield from _missing_keys(cursor)


def _missing_keys(cursor):
    """Relations of models that no composite key of the database stands behind."""
    present = {(table, columns[-1]) for table, _k, _t, _v, columns, _f in _rows(cursor, _FOREIGN_KEYS)}
    for model in tenant_models():
        for field in model._meta.concrete_fields:
            if field.is_relation and (model._meta.db_table, field.column) not in present:
                yield f"{model._meta.db_table}.{field.column} has no foreign key in the database."


def _policy_faults(cursor):
    policies = _rows(cursor, _POLICIES)
    for table, name, command, using, check, roles in policies:
        if command != "*" or len(roles) != 1 or using != check or (roles[0], using) not in _ALLOWED_POLICIES:
            yield f"The policy {name} of {table} lets {roles} through by {using} and {check}."
    walled = {table for table, *_rest in policies}
    for table in sorted(tenant_tables() - walled):
        yield f"The tenant table {table} has no policy."
