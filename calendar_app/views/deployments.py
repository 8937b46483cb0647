"""One deployment, as a page and in the peek drawer."""

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.calendar.links import Links
from calendar_app.conflicts import sentence
from calendar_app.models import Conflict, Deployment
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import in_peek, render_page
from releasemgr.tenancy.days import local_date

_STATUSES = {
    Deployment.Status.PLANNED: "pending",
    Deployment.Status.RUNNING: "on-track",
    Deployment.Status.SUCCEEDED: "done",
    Deployment.Status.FAILED: "failed",
    Deployment.Status.ROLLED_BACK: "failed",
    Deployment.Status.CANCELLED: "cancelled",
}


@allow(GET=Permission.VIEW)
def deployment_detail(request, number):
    """What went where, when, for which release, and what stands in its way."""
    found = Deployment.objects.select_related("application", "environment", "release")
    deployment = get_object_or_404(found, number=number)
    links = Links()
    context = {
        "deployment": deployment,
        "stance": _STATUSES[deployment.status],
        "times": [(label, at) for label, at in _times(deployment) if at],
        "conflicts": _conflicts(deployment, links, local_date(now(), request.org.zone)),
        "crumbs": [(_("Release calendar"), reverse("calendar:calendar"))],
        "application_url": links.application(deployment.application.key),
        "release_url": links.release(deployment.release.number) if deployment.release else "",
        "is_peek": in_peek(request),
    }
    return render_page(request, "calendar/deployment.html", context, partial="facts", peek="facts")


def _times(deployment):
    return (
        (_("Planned from"), deployment.planned_start),
        (_("Planned until"), deployment.planned_end),
        (_("Started"), deployment.started_at),
        (_("Finished"), deployment.finished_at),
        (_("Rolled back"), deployment.rollback_finished_at),
    )


def _conflicts(deployment, links, today):
    """``[(sentence, whether it is a blocker, URL), …]`` of its open conflicts, the gravest first."""
    sides = Q(first_id=deployment.pk) | Q(second_id=deployment.pk)
    found = Conflict.objects.open(today).filter(sides).order_by("severity", "starts_at", "pk")
    return [
        (sentence(one), one.severity == Conflict.Severity.BLOCKER, links.conflict(one.pk)) for one in found
    ]
