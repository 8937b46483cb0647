"""What the activity log can be narrowed by; all of it stays in the URL."""

from datetime import timedelta

import django_filters
from django.forms import DateInput
from django.utils.translation import gettext_lazy as _

from releasemgr.activity.models import Entry
from releasemgr.activity.reading import nouns
from releasemgr.tenancy.days import day_start
from releasemgr.tenancy.scope import current_org


def _kinds():
    return sorted((name, str(model._meta.verbose_name).capitalize()) for name, model in nouns().items())


class EntryFilter(django_filters.FilterSet):
    """By person, kind of object, words of its name, and local days of the organisation."""

    actor = django_filters.CharFilter(field_name="actor_name", lookup_expr="icontains", label=_("Who"))
    noun = django_filters.ChoiceFilter(choices=_kinds, label=_("Kind of object"), empty_label=_("All kinds"))
    subject = django_filters.CharFilter(
        field_name="subject_label", lookup_expr="icontains", label=_("Object")
    )
    since = django_filters.DateFilter(
        method="from_day", label=_("From"), widget=DateInput(attrs={"type": "date"})
    )
    until = django_filters.DateFilter(
        method="to_day", label=_("To"), widget=DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = Entry
        fields = []

    def from_day(self, queryset, name, day):
        return queryset.filter(at__gte=day_start(day, current_org().zone))

    def to_day(self, queryset, name, day):
        return queryset.filter(at__lt=day_start(day + timedelta(days=1), current_org().zone))
