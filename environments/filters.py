"""What the lists of environments can be narrowed by; all of it stays in the URL."""

from datetime import timedelta

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from environments.models import Booking
from releasemgr.portfolio.models import Application, Environment, Project
from releasemgr.tenancy.days import day_start


def _applications(request):
    return Application.objects.order_by("name", "pk")


def _projects(request):
    return Project.objects.order_by("name", "pk")


def _environments(request):
    return Environment.objects.order_by("name", "pk")


class EnvironmentFilter(django_filters.FilterSet):
    """By words of the name, type, application; for the schedule also by use."""

    text = django_filters.CharFilter(method="with_words", label=_("Name or key"))
    type = django_filters.ChoiceFilter(
        choices=Environment.Type.choices, label=_("Type"), empty_label=_("All types")
    )
    application = django_filters.ModelChoiceFilter(
        queryset=_applications, label=_("Application"), empty_label=_("All applications")
    )

    class Meta:
        model = Environment
        fields = []

    def with_words(self, queryset, name, words):
        return queryset.filter(Q(name__icontains=words) | Q(key__icontains=words))


class ScheduleFilter(EnvironmentFilter):
    """The environments of the schedule; free and mine are of the period shown and are applied by `schedule.py`."""

    free = django_filters.BooleanFilter(widget=forms.CheckboxInput, method="unchanged", label=_("Only free"))
    mine = django_filters.BooleanFilter(widget=forms.CheckboxInput, method="unchanged", label=_("Only mine"))

    def unchanged(self, queryset, name, value):
        return queryset


class BookingFilter(django_filters.FilterSet):
    """By words, status, environment, project, requester, and days of the reader."""

    text = django_filters.CharFilter(method="with_words", label=_("Purpose or number"))
    status = django_filters.ChoiceFilter(
        choices=Booking.Status.choices, label=_("Status"), empty_label=_("All")
    )
    environment = django_filters.ModelChoiceFilter(
        queryset=_environments, label=_("Environment"), empty_label=_("All")
    )
    project = django_filters.ModelChoiceFilter(queryset=_projects, label=_("Project"), empty_label=_("All"))
    since = django_filters.DateFilter(
        method="from_day", label=_("From"), widget=forms.DateInput(attrs={"type": "date"})
    )
    until = django_filters.DateFilter(
        method="to_day", label=_("To"), widget=forms.DateInput(attrs={"type": "date"})
    )
    mine = django_filters.BooleanFilter(widget=forms.CheckboxInput, method="of_mine", label=_("Only mine"))

    class Meta:
        model = Booking
        fields = []

    def with_words(self, queryset, name, words):
        number = words.upper().removeprefix("BKG-")
        if number.isdigit():
            return queryset.filter(number=int(number) if len(number) < 10 else 0)
        return queryset.filter(purpose__icontains=words)

    def from_day(self, queryset, name, day):
        return queryset.filter(ends_at__gt=day_start(day, timezone.get_current_timezone()))

    def to_day(self, queryset, name, day):
        next_day = day_start(day + timedelta(days=1), timezone.get_current_timezone())
        return queryset.filter(starts_at__lt=next_day)

    def of_mine(self, queryset, name, value):
        return queryset.filter(requested_by_id=self.request.user.pk) if value else queryset
