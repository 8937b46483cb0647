"""Who decides an exception request: its approver, or the deputy on a day of absence; never who asked."""

from django.db.models import Q

from calendar_app.models import Absence, ExceptionRequest
from releasemgr.portfolio.models import Person
from releasemgr.tenancy.days import local_date
from releasemgr.tenancy.scope import current_org


def waiting_for(user, *, at):
    """The undecided requests that a user may decide at an instant."""
    day = local_date(at, current_org().zone)
    represented = Absence.objects.filter(
        deputy__user_id=user.pk, starts_on__lte=day, ends_on__gte=day
    ).values("person")
    named = Q(approver__user_id=user.pk) | Q(approver__in=represented)
    return ExceptionRequest.objects.waiting().filter(named).exclude(requested_by_id=user.pk)


def may_decide(request, *, by, at):
    """Whether a user may decide one request now."""
    return waiting_for(by, at=at).filter(pk=request.pk).exists()


def deputies(request, *, at):
    """Who stands in for the approver on the day of an instant, by name."""
    day = local_date(at, current_org().zone)
    away = Absence.objects.filter(person=request.approver_id, starts_on__lte=day, ends_on__gte=day)
    return list(Person.objects.filter(pk__in=away.values("deputy")).order_by("name", "pk"))
