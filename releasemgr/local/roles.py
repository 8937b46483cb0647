"""The two database roles and their database: made once by an administrator, the same way everywhere.

`releasemgr_owner` owns the database and everything in it and runs the migrations; `releasemgr_app` may read and
write rows, owns nothing and can't go round row-level security. Tables of later migrations are covered by default
privileges; nothing is granted on tables that exist, so that a right a migration took back stays taken.
"""

from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from releasemgr.local.console import LocalError

OWNER = "releasemgr_owner"
APP = "releasemgr_app"
EXTENSIONS = ("btree_gist",)
OLDEST_SERVER = 150000


def url_for(url, *, role, password, database):
    """``url`` (of any role) with another role, password and database; host, port and options stay."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    netloc = f"{quote(role)}:{quote(password, safe='')}@{place}"
    return urlunsplit((parts.scheme, netloc, "/" + quote(database), parts.query, ""))


def database_of(admin_url, *, default):
    """The database an administrator's URL means for the product: the one it names, unless that is a system one."""
    named = unquote(urlsplit(admin_url).path.lstrip("/"))
    return default if named in {"", "postgres", "template1"} else named


def provision(admin_url, *, database, owner_password, app_password, may_change_passwords=True):
    """Make the roles, the database, its extensions and privileges, as far as they are missing.

    Both roles get the given passwords. With ``may_change_passwords`` off, a role that exists with another password
    and has sessions open belongs to another copy of the product: LocalError instead of locking that copy out. Also
    raises LocalError when the server is too old or the administrator lacks a right.
    """
    try:
        with connect(admin_url) as admin:
            if admin.info.server_version < OLDEST_SERVER:
                raise LocalError(
                    f"PostgreSQL 15 or newer is needed; {admin.info.host} runs {_version(admin)}."
                )
            for role, password in ((OWNER, owner_password), (APP, app_password)):
                _ensure_role(admin, admin_url, role, password, may_change=may_change_passwords)
            ensure_database(admin, database)
        with connect(admin_url, database) as inside:
            _ensure_privileges(inside, database)
    except psycopg.Error as error:
        raise LocalError(f"The administrator of DATABASE_URL can't prepare the database: {error}") from error


def provision_from_urls(admin_url, *, owner_url, app_url):
    """`provision` with the roles' passwords and the database taken from the URLs the product will use.

    Raises LocalError when they name other roles (the policies are written for these two), two databases, or no
    password.
    """
    owner, app = urlsplit(owner_url), urlsplit(app_url)
    for parts, role in ((owner, OWNER), (app, APP)):
        if parts.username != role or not parts.password:
            raise LocalError(
                f"The URL of {role} must name that role and its password, not {parts.username!r}."
            )
    if owner.path != app.path or not app.path.strip("/"):
        raise LocalError("DATABASE_URL and DATABASE_OWNER_URL must name the same database.")
    provision(
        admin_url,
        database=unquote(app.path.strip("/")),
        owner_password=unquote(owner.password),
        app_password=unquote(app.password),
    )


def connect(admin_url, database=None):
    """An autocommitting connection as the administrator, to ``database`` or the one of the URL."""
    named = {} if database is None else {"dbname": database}
    return psycopg.connect(admin_url, autocommit=True, connect_timeout=10, **named)


def ensure_database(admin, name, *, template="template0"):
    """Make the database ``name`` of the owner from ``template`` when it is missing."""
    if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    copies = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
        *map(sql.Identifier, (name, OWNER, template))
    )
    admin.execute(copies + sql.SQL(_collation(admin) if template == "template0" else ""))


def drop_databases(admin, *, prefix):
    """Drop the databases whose names begin with ``prefix``, with whoever is still connected to them."""
    found = admin.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]
    ).fetchall()
    for (name,) in found:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _collation(admin):
    """Code point order everywhere, so that a list sorts alike on every machine; older servers keep their own."""
    if admin.info.server_version < 170000:
        return " ENCODING 'UTF8'"
    return " ENCODING 'UTF8' LOCALE_PROVIDER builtin LOCALE 'C' BUILTIN_LOCALE 'C.UTF-8'"


def _ensure_role(admin, admin_url, role, password, *, may_change):
    name = sql.Identifier(role)
    exists = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if exists and not may_change:
        if _logs_in(admin_url, role, password):
            return
        _refuse_if_in_use(admin, role)
    if not exists:
        admin.execute(sql.SQL("CREATE ROLE {}").format(name))
    # Hashed here, so that the server's log never sees the password itself.
    hashed = admin.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    admin.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(hashed)))
    if not _is_superuser(admin):
        admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))
    _refuse_strong_role(admin, role)


def _logs_in(admin_url, role, password):
    url = url_for(admin_url, role=role, password=password, database="postgres")
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True


def _refuse_if_in_use(admin, role):
    (sessions,) = admin.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = %s", [role]).fetchone()
    if sessions:
        raise LocalError(
            f"Another copy of the product is connected to {admin.info.host} as {role} ({sessions} sessions), with "
            "passwords of its own. Stop it first, or start with its data folder."
        )


def _refuse_strong_role(admin, role):
    strong = admin.execute(
        "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = %s", [role]
    ).fetchone()[0]
    if strong:
        raise LocalError(
            f"The role {role} may go round row-level security; take SUPERUSER, BYPASSRLS, CREATEROLE off it."
        )


def _is_superuser(admin):
    return admin.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()[0]


def _ensure_privileges(inside, database):
    names = {"owner": sql.Identifier(OWNER), "app": sql.Identifier(APP), "database": sql.Identifier(database)}
    for statement in (
        "ALTER DATABASE {database} OWNER TO {owner}",
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {app}",
        *(f"CREATE EXTENSION IF NOT EXISTS {extension}" for extension in EXTENSIONS),
        "ALTER SCHEMA public OWNER TO {owner}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE ON SEQUENCES TO {app}",
    ):
        inside.execute(sql.SQL(statement).format(**names))


def _version(connection):
    return connection.info.parameter_status("server_version")
