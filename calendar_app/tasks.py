"""Celery shells of what the calendar does by itself."""

from celery import shared_task
from django.utils import timezone


@shared_task
def extend_trains():
    """Plan the releases that running trains lack, each organisation in a scope and transaction of its own."""
    from calendar_app.models import Train
    from calendar_app.trains.running import extend
    from releasemgr.tenancy.models import Organisation
    from releasemgr.tenancy.scope import org_scope

    for org in Organisation.objects.order_by("pk"):
        with org_scope(org):
            extend(Train.objects.filter(stopped_at=None), by=None, at=timezone.now())


@shared_task
def end_what_expired():
    """Record that exceptions and waivers of dependencies are over; whoever reads them knows it by their dates."""
    from calendar_app.dependencies.answers import end_waivers
    from calendar_app.exceptions.requests import expire
    from releasemgr.tenancy.models import Organisation
    from releasemgr.tenancy.scope import org_scope

    for org in Organisation.objects.order_by("pk"):
        with org_scope(org):
            expire(at=timezone.now())
            end_waivers(at=timezone.now())


@shared_task
def tell_newly_asked():
    """Tell deputies whose days began, and people who are back, which gates wait for them."""
    from calendar_app.approvals import turns
    from releasemgr.tenancy.models import Organisation
    from releasemgr.tenancy.scope import org_scope

    for org in Organisation.objects.order_by("pk"):
        with org_scope(org):
            turns.tell_newly_asked(at=timezone.now())
