"""Which application needs which: dependencies are added and removed, never edited."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from releasemgr.activity.trail import record
from releasemgr.changes.revisions import create, lock
from releasemgr.portfolio.models import Application, ApplicationDependency


class CannotDepend(ValidationError):
    """The dependency is there already, or is one on the application itself."""


def add_dependency(application, *, needs, by, at):
    """Say that ``application`` needs ``needs`` to work; raises CannotDepend. Two may need each other."""
    if application.pk == needs.pk:
        raise CannotDepend({"needs": _("An application does not depend on itself.")})
    with transaction.atomic():
        lock(Application, [application.pk])
        if ApplicationDependency.objects.filter(application=application, needs=needs).exists():
            raise CannotDepend({"needs": _("It is listed already.")})
        return create([ApplicationDependency(application=application, needs=needs)], by=by, at=at).rows[0]


def remove_dependency(dependency, *, by, at):
    """Say that it is needed no more; the audit trail keeps that it was. A second removal changes nothing."""
    with transaction.atomic():
        gone, _by_model = ApplicationDependency.objects.filter(pk=dependency.pk).delete()
        if gone:
            record(
                by=by,
                verb="removed",
                at=at,
                subject=dependency,
                changes={"needs": [dependency.needs_id, None]},
            )
