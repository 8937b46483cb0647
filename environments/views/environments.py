"""Environments: the list, and one with all that is known of it."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404
from django.utils import timezone

from environments.filters import EnvironmentFilter
from environments.listing import lines
from environments.models import EnvironmentUse
from environments.queries import standings, versions_in
from environments.schedule import TYPE_ORDER
from environments.times import period_words
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import render_page
from releasemgr.portfolio.models import Environment

PAGE = 50
SHOWN = 20


@allow(GET=Permission.VIEW)
def environment_list(request):
    """Environments in the order of their stages, with how they stand now."""
    existing = Environment.objects.select_related("application", "owner")
    found = EnvironmentFilter(request.GET, existing, request=request)
    page = Paginator(found.qs.order_by(TYPE_ORDER, "name", "pk"), PAGE).get_page(request.GET.get("page"))
    standing = standings([environment.pk for environment in page], timezone.now())
    context = {
        "filter": found,
        "page": page,
        "lines": [(environment, standing[environment.pk]) for environment in page],
        "may_manage": request.membership.may(Permission.MANAGE_ENVIRONMENT),
    }
    part = "rows" if request.GET.get("page") else "results"
    return render_page(request, "environments/environment_list.html", context, partial=part)


@allow(GET=Permission.VIEW)
def environment_detail(request, key):
    """One environment: facts, capacity over time, outages, bookings, versions."""
    environment = get_object_or_404(Environment.objects.select_related("application", "owner"), key=key)
    now = timezone.now()
    upcoming = environment.bookings.select_related("environment", "project").filter(ends_at__gt=now)
    outages = environment.outages.order_by("-starts_at", "-pk")[:SHOWN]
    context = {
        "environment": environment,
        "standing": standings([environment.pk], now)[environment.pk],
        "use": EnvironmentUse.objects.filter(environment=environment).first(),
        "steps": environment.capacity_steps.order_by("-starts_at"),
        "outages": [
            (outage, period_words(outage.starts_at, outage.ends_at) if outage.ends_at else "")
            for outage in outages
        ],
        "bookings": lines(upcoming.order_by("starts_at", "pk")[:SHOWN]),
        "versions": versions_in(environment),
        "may_manage": request.membership.may(Permission.MANAGE_ENVIRONMENT),
        "may_book": request.membership.may(Permission.REQUEST_BOOKING),
    }
    return render_page(request, "environments/environment_detail.html", context, partial="environment")
