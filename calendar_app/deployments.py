"""The verbs of deployments: plan, move, begin, finish, roll back, cancel."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Deployment
from calendar_app.models.releases import NotPossible
from releasemgr.changes.revisions import Revision, create, revise
from releasemgr.tenancy.models import next_numbers

Status = Deployment.Status


def plan_deployments(deployments, *, by, at):
    """Write new planned deployments; numbers are given here."""
    for deployment in deployments:
        _check(deployment.planned_start, deployment.planned_end)
    with transaction.atomic():
        for deployment, number in zip(deployments, next_numbers("deployment", len(deployments)), strict=True):
            deployment.number = number
        return create(deployments, by=by, at=at, verb="planned")


def move_deployment(deployment, planned_start, planned_end, *, by, at):
    """Plan a deployment for another time."""
    _check(planned_start, planned_end)
    values = {"planned_start": planned_start, "planned_end": planned_end}
    return _step([deployment], (Status.PLANNED,), values, by=by, at=at, verb="moved")


def begin_deployments(deployments, *, by, at):
    """Say that planned deployments are running."""
    values = {"status": Status.RUNNING, "started_at": at}
    return _step(deployments, (Status.PLANNED,), values, by=by, at=at, verb="begun")


def finish_deployments(deployments, *, by, at, succeeded):
    """Say that running deployments took effect, or never did."""
    values = {"status": Status.SUCCEEDED if succeeded else Status.FAILED, "finished_at": at}
    verb = "succeeded" if succeeded else "failed"
    return _step(deployments, (Status.RUNNING,), values, by=by, at=at, verb=verb)


def roll_back(deployments, *, by, at):
    """Say that deployments which took effect were reverted."""
    values = {"status": Status.ROLLED_BACK, "rollback_finished_at": at}
    return _step(deployments, (Status.SUCCEEDED,), values, by=by, at=at, verb="rolled back")


def cancel_deployments(deployments, *, by, at):
    """Give planned deployments up."""
    return _step(deployments, (Status.PLANNED,), {"status": Status.CANCELLED}, by=by, at=at, verb="cancelled")


def _check(planned_start, planned_end):
    if planned_end <= planned_start:
        raise ValidationError({"planned_end": _("The end lies before the start.")})


def _step(deployments, states, values, *, by, at, verb):
    for deployment in deployments:
        if deployment.status not in states:
            raise NotPossible(
                _("%(deployment)s is “%(status)s”; that does not allow this.")
                % {"deployment": deployment.reference, "status": deployment.get_status_display()}
            )
    return revise([Revision(row, row.version, values) for row in deployments], by=by, at=at, verb=verb)
