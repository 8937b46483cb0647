"""Working calendars: which days people work, by weekend, country and the organisation's own exceptions."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from releasemgr.portfolio.workdays import WEEKEND, Workdays
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk, org_manager


class Weekday(models.IntegerChoices):
    """ISO weekdays."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


def _weekend():
    return sorted(WEEKEND)


class CalendarQuerySet(models.QuerySet):
    """Words for working calendars."""

    def standard(self):
        """The calendar that counts where no other is named, or None."""
        return self.filter(is_default=True).first()


class WorkingCalendar(OrgModel):
    """The days on which a part of the organisation works.

    ``country`` and ``subdivision`` are codes of ISO 3166 as the package `holidays` knows them, empty for none;
    ``weekend`` holds ISO weekdays (1 is Monday), at most six of them.
    """

    name = models.CharField(_("name"), max_length=120)
    country = models.CharField(_("country"), max_length=2, blank=True)
    subdivision = models.CharField(_("part of the country"), max_length=30, blank=True)
    weekend = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday),
        verbose_name=_("weekend"),
        default=_weekend,
        blank=True,
        size=6,
    )
    is_default = models.BooleanField(_("the organisation's standard"), default=False)
    version = models.PositiveIntegerField(default=1)

    objects = org_manager(CalendarQuerySet)

    class Meta:
        constraints = [
            *org_walls("workingcalendar"),
            models.UniqueConstraint(fields=["org", "name"], name="workingcalendar_name_once"),
            models.UniqueConstraint(
                fields=["org"], condition=Q(is_default=True), name="workingcalendar_one_default"
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("portfolio:calendar-detail", args=[self.pk])

    def workdays(self):
        """The days it is about, with its exceptions, as something to count with; one query."""
        exceptions = self.exceptions.values_list("day", "is_working", "name")
        return Workdays(
            weekend=frozenset(self.weekend),
            country=self.country,
            subdivision=self.subdivision,
            off={day: name for day, is_working, name in exceptions if not is_working},
            on={day: name for day, is_working, name in exceptions if is_working},
        )


class CalendarException(OrgModel):
    """A day that differs from the rule of a calendar: an extra day off, or an extra working day."""

    calendar = org_fk(WorkingCalendar, related_name="exceptions", on_delete=models.CASCADE)
    day = models.DateField(_("day"))
    is_working = models.BooleanField(_("people work"), default=False)
    name = models.CharField(_("why"), max_length=120)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("calendarexception", "calendar"),
            models.UniqueConstraint(fields=["org", "calendar", "day"], name="calendarexception_day_once"),
        ]

    def __str__(self):
        return self.name


def standard_workdays():
    """The days of the organisation's standard calendar; Monday to Friday without holidays when it has none."""
    calendar = WorkingCalendar.objects.standard()
    return calendar.workdays() if calendar else Workdays()
