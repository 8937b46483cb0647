"""What the list of conflicts can be narrowed by; all of it stays in the URL."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calendar_app.conflicts.rules import rulebook
from calendar_app.models import Conflict, Release
from releasemgr.portfolio.models import Person


def _people(request):
    return Person.objects.order_by("name", "pk")


def _releases(request):
    return Release.objects.open().order_by("target_date", "name", "pk")


def _rules():
    return [(code, rule.label) for code, rule in rulebook.items()]


class ConflictFilter(django_filters.FilterSet):
    """By words, state, severity, rule, owner and release; ``today`` says which acceptances still hold."""

    q = django_filters.CharFilter(method="with_words", label=_("Name contains"))
    state = django_filters.ChoiceFilter(
        method="in_state",
        label=_("State"),
        choices=[("open", _("Open")), ("accepted", _("Accepted")), ("all", _("All"))],
        empty_label=None,
        initial="open",
    )
    severity = django_filters.ChoiceFilter(
        choices=Conflict.Severity.choices, label=_("Severity"), empty_label=_("All")
    )
    rule = django_filters.ChoiceFilter(choices=_rules, label=_("Rule"), empty_label=_("All"))
    owner = django_filters.ModelChoiceFilter(
        queryset=_people, label=_("Owner"), empty_label=_("All"), null_label=_("Nobody")
    )
    release = django_filters.ModelChoiceFilter(
        queryset=_releases, method="of_release", label=_("Release"), empty_label=_("All")
    )

    class Meta:
        model = Conflict
        fields = []

    def __init__(self, data=None, *args, today, **kwargs):
        data = data.copy() if data is not None else {}
        data.setdefault("state", "open")
        super().__init__(data, *args, **kwargs)
        self.today = today

    def with_words(self, queryset, name, words):
        return queryset.filter(Q(first_title__icontains=words) | Q(second_title__icontains=words))

    def in_state(self, queryset, name, state):
        if state == "all":
            return queryset
        return queryset.accepted(self.today) if state == "accepted" else queryset.open(self.today)

    def of_release(self, queryset, name, release):
        return queryset.of_release(release.pk)
