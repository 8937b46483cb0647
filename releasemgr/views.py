"""Pages that belong to no practice: health, errors, the choice of organisation, an organisation's start page."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from releasemgr.accounts.guards import allow
from releasemgr.accounts.models import Membership
from releasemgr.accounts.roles import Permission
from releasemgr.readiness import mark_queue, readiness


@login_required
@require_safe
def home(request):
    """The organisations of the signed-in person; the only one opens by itself."""
    memberships = list(
        Membership.objects.filter(user=request.user).select_related("org").order_by("org__name")
    )
    if len(memberships) == 1:
        return redirect(memberships[0].org)
    return render(request, "accounts/organisations.html", {"memberships": memberships})


@allow(GET=Permission.VIEW)
def start(request):
    """Where an organisation opens: its calendar."""
    return redirect("calendar:calendar")


@require_safe
def healthz(request):
    """Alive: the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request):
    """Ready to serve (200) or not (503), with the reasons."""
    found = readiness()
    body = {"ready": found.is_ready, "failures": found.failures, "degraded": found.degraded}
    return JsonResponse(body, status=200 if found.is_ready else 503)


@require_safe
def metrics(request):
    """Prometheus text: how much work waits for the metric workers, and for how long (seconds)."""
    queue = mark_queue()
    lines = [
        "# TYPE releasemgr_marks_waiting gauge",
        f"releasemgr_marks_waiting {queue.waiting}",
        "# TYPE releasemgr_oldest_mark_seconds gauge",
        f"releasemgr_oldest_mark_seconds {queue.oldest_seconds:.0f}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")


def bad_request(request, exception=None):
    """400: more than a form may hold, or something no browser sends; 413 when it was too large."""
    is_too_large = isinstance(exception, RequestDataTooBig)
    return render(request, "400.html", status=413 if is_too_large else 400)


def forbidden(request, exception=None):
    """403: the page exists in this organisation, the right does not."""
    return render(request, "403.html", status=403)


def not_found(request, exception=None):
    """404: the same answer for what does not exist and for what is another organisation's."""
    return render(request, "404.html", status=404)


def server_error(request):
    """500: said in plain words, with nothing that could fail again."""
    return render(request, "500.html", status=500)


def csrf_failure(request, reason=""):
    """403 for a form that came from elsewhere or was open too long."""
    return render(request, "403.html", {"is_csrf": True}, status=403)
