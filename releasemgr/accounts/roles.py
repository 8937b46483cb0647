"""Roles and what they may do: one table, deny by default."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Administrator")
    RELEASE_MANAGER = "release_manager", _("Release manager")
    ENVIRONMENT_MANAGER = "environment_manager", _("Environment manager")
    PROJECT_LEAD = "project_lead", _("Project lead")
    VIEWER = "viewer", _("Viewer")


class Permission(models.TextChoices):
    VIEW = "view", _("See everything of the organisation")
    DECIDE_WHERE_NAMED = "decide_where_named", _("Decide where a rule names the person")
    PLAN_RELEASE = "plan_release", _("Plan and move releases, phases and gates")
    NOMINATE = "nominate", _("Nominate projects for releases")
    ADMIT = "admit", _("Decide nominations and run trains")
    DISCUSS = "discuss", _("Comment and attach files")
    SHAPE_PROCESS = "shape_process", _("Keep templates, approval groups, release types and working calendars")
    MANAGE_BLOCKOUT = "manage_blockout", _("Plan blockouts")
    DECIDE_GATE = "decide_gate", _("Decide gates")
    WORK_CONFLICT = "work_conflict", _("Assign and accept conflicts")
    REQUEST_BOOKING = "request_booking", _("Request, move and cancel bookings")
    DECIDE_BOOKING = "decide_booking", _("Approve and reject bookings")
    MANAGE_ENVIRONMENT = "manage_environment", _("Change environments and their capacity")
    IMPROVE = "improve", _("Run improvement actions and set baselines")
    MANAGE_PORTFOLIO = "manage_portfolio", _("Change portfolios, projects, applications and teams")
    READ_AUDIT = "read_audit", _("Read and export the audit log")
    ADMINISTER = "administer", _("Manage people, settings and the metric queue")


_VIEWER = {Permission.VIEW, Permission.DECIDE_WHERE_NAMED}
_PROJECT_LEAD = _VIEWER | {
    Permission.REQUEST_BOOKING,
    Permission.PLAN_RELEASE,
    Permission.NOMINATE,
    Permission.DISCUSS,
}
_ENVIRONMENT_MANAGER = _VIEWER | {
    Permission.DISCUSS,
    Permission.REQUEST_BOOKING,
    Permission.DECIDE_BOOKING,
    Permission.MANAGE_ENVIRONMENT,
    Permission.WORK_CONFLICT,
}
_RELEASE_MANAGER = (
    _PROJECT_LEAD
    | _ENVIRONMENT_MANAGER
    | {
        Permission.MANAGE_BLOCKOUT,
        Permission.ADMIT,
        Permission.SHAPE_PROCESS,
        Permission.DECIDE_GATE,
        Permission.IMPROVE,
        Permission.MANAGE_PORTFOLIO,
        Permission.READ_AUDIT,
    }
)

PERMISSIONS = {
    Role.OWNER: frozenset(Permission),
    Role.ADMIN: frozenset(Permission),
    Role.RELEASE_MANAGER: frozenset(_RELEASE_MANAGER),
    Role.ENVIRONMENT_MANAGER: frozenset(_ENVIRONMENT_MANAGER),
    Role.PROJECT_LEAD: frozenset(_PROJECT_LEAD),
    Role.VIEWER: frozenset(_VIEWER),
}

# Who may give which role: nobody above the own one, and only an owner makes owners.
GRANTABLE = {
    Role.OWNER: frozenset(Role),
    Role.ADMIN: frozenset(Role) - {Role.OWNER},
}


def may_grant(role, granted):
    """Whether somebody with ``role`` may give ``granted`` to another person."""
    return granted in GRANTABLE.get(role, frozenset())


def roles_with(permission):
    """The roles that hold a permission, in the order of the table."""
    return [role for role in Role if permission in PERMISSIONS[role]]
