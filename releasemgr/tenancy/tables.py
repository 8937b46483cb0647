"""Which tables hold what: every table of the schema is in exactly one of these lists, or a check fails."""

from functools import cache

from django.apps import apps

# Rarely written, without business data, read before an organisation is known.
REFERENCE_TABLES = frozenset(
    {
        "tenancy_organisation",
        "accounts_user",
        "accounts_membership",
        "accounts_invitation",
        "account_emailaddress",
        "account_emailconfirmation",
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "django_content_type",
        "django_migrations",
        "django_session",
        "web_cache",
    }
)

# Cross-organisation queues: ids and times only, read with an organisation filter, no row-level security.
QUEUE_TABLES = frozenset({"activity_factmark", "reporting_cellmark"})

CONTROL_TABLES = REFERENCE_TABLES | QUEUE_TABLES


@cache
def tenant_models():
    """Every concrete model whose rows belong to one organisation."""
    return tuple(model for model in apps.get_models() if getattr(model, "is_org_scoped", False))


@cache
def tenant_tables():
    """Names of the tables of all tenant models."""
    return frozenset(model._meta.db_table for model in tenant_models())
