"""Celery shells of the metric workers and the sweeper."""

from celery import shared_task

UNITS_A_TURN = 40


@shared_task(ignore_result=True)
def drain_queue(*, org_id):
    """Work off some of an organisation's queue; ring again for the rest, so that organisations take turns."""
    from releasemgr.tenancy.models import Organisation
    from reporting.bell import ring
    from reporting.draining import drain, is_due

    org = Organisation.objects.filter(pk=org_id).first()
    if org is None:
        return
    drain(org, batches=UNITS_A_TURN)
    if is_due(org):
        ring(org_id)


@shared_task(ignore_result=True)
def sweep():
    """Every 30 seconds: ring for marks that nobody answered."""
    from django.utils import timezone

    from reporting.bell import ring, unanswered

    for org_id in unanswered(at=timezone.now()):
        ring(org_id)


@shared_task(ignore_result=True)
def tick():
    """Every minute: what a local midnight or a running interval changes, for each organisation."""
    from django.utils import timezone

    from releasemgr.tenancy.models import Organisation
    from releasemgr.tenancy.scope import org_scope
    from reporting.bell import ring
    from reporting.ticks import midnight, refresh

    for org in Organisation.objects.order_by("slug"):
        with org_scope(org):
            changed = midnight(org, as_of=timezone.now()) or refresh(org, as_of=timezone.now())
        if changed:
            ring(org.pk)
