"""The verbs of working calendars: keep one, make it the standard, add and take back exceptions."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from releasemgr.activity.trail import record
from releasemgr.changes.forms import save
from releasemgr.changes.revisions import Revision, create, lock, revise
from releasemgr.portfolio.models import CalendarException, WorkingCalendar


def save_calendar(form, *, by, at):
    """Write the calendar of a valid CalendarForm; a new standard takes the place of the old one."""
    with transaction.atomic():
        if form.cleaned_data["is_default"]:
            others = WorkingCalendar.objects.filter(is_default=True).exclude(pk=form.instance.pk)
            revise([Revision(one, None, {"is_default": False}) for one in others], by=by, at=at)
        return save(form, by=by, at=at)


def add_exception(calendar, day, name, *, is_working, by, at):
    """Let a day of a calendar differ from its rule; refused when it does already."""
    with transaction.atomic():
        lock(WorkingCalendar, [calendar.pk])
        if CalendarException.objects.filter(calendar=calendar, day=day).exists():
            raise ValidationError({"day": _("This day differs already.")})
        row = CalendarException(calendar=calendar, day=day, name=name, is_working=is_working)
        return create([row], by=by, at=at, verb="added").rows[0]


def remove_exception(exception, *, by, at):
    """Take an exception back; a second time changes nothing."""
    with transaction.atomic():
        gone, _by_model = CalendarException.objects.filter(pk=exception.pk).delete()
        if gone:
            changes = {"day": [exception.day.isoformat(), None]}
            record(by=by, verb="removed", at=at, subject=exception, changes=changes)
