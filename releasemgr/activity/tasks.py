"""Celery shells of the audit trail."""

from celery import shared_task


@shared_task
def seal_audit():
    """Seal the trail of every organisation, each in a scope and transaction of its own."""
    from releasemgr.activity.seals import seal_entries
    from releasemgr.tenancy.models import Organisation
    from releasemgr.tenancy.scope import org_scope

    for org in Organisation.objects.order_by("pk"):
        with org_scope(org):
            seal_entries()


@shared_task
def sweep_attachments():
    """Sweep the files of every organisation, each in a scope and transaction of its own."""
    from django.utils.timezone import now

    from releasemgr.activity.attachments import sweep_files
    from releasemgr.tenancy.models import Organisation
    from releasemgr.tenancy.scope import org_scope

    for org in Organisation.objects.order_by("pk"):
        with org_scope(org):
            sweep_files(at=now())
