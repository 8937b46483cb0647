"""What the portfolio's lists can be narrowed by; all of it stays in the URL."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from releasemgr.portfolio.models import Application, Person, Project, Team
from releasemgr.portfolio.tree import Tree
from releasemgr.tenancy.ids import uuid_or_none


def _nodes():
    return [(str(pk), name) for pk, name in Tree.load().choices()]


def _teams(request):
    return Team.objects.order_by("name", "pk")


class TextFilter(django_filters.CharFilter):
    """Text that stands in any of several fields."""

    def __init__(self, *names, **options):
        super().__init__(label=_("Search"), **options)
        self.names = names

    def filter(self, queryset, value):
        found = Q()
        for name in self.names if value else ():
            found |= Q(**{f"{name}__icontains": value})
        return queryset.filter(found)


class ProjectFilter(django_filters.FilterSet):
    """By words, node of the tree with all below it, team and status."""

    q = TextFilter("key", "name")
    portfolio = django_filters.ChoiceFilter(
        choices=_nodes, method="at_or_below", label=_("Portfolio"), empty_label=_("All")
    )
    team = django_filters.ModelChoiceFilter(queryset=_teams, label=_("Team"), empty_label=_("All"))
    status = django_filters.ChoiceFilter(
        choices=Project.Status.choices, label=_("Status"), empty_label=_("All")
    )

    class Meta:
        model = Project
        fields = []

    def at_or_below(self, queryset, name, value):
        return queryset.filter(portfolio_id__in=Tree.load().below(uuid_or_none(value)))


class ApplicationFilter(django_filters.FilterSet):
    """By words, owning project and criticality; the queryset carries ``project_key``."""

    q = TextFilter("key", "name")
    project = django_filters.ModelChoiceFilter(
        queryset=lambda request: Project.objects.order_by("name", "pk"),
        to_field_name="key",
        method="owned_now",
        label=_("Project"),
        empty_label=_("All"),
        null_label=_("No project"),
    )
    criticality = django_filters.ChoiceFilter(
        choices=Application.Criticality.choices, label=_("Criticality"), empty_label=_("All")
    )

    class Meta:
        model = Application
        fields = []

    def owned_now(self, queryset, name, value):
        if isinstance(value, Project):
            return queryset.filter(project_key=value.key)
        return queryset.filter(project_key=None)


class TeamFilter(django_filters.FilterSet):
    """By words."""

    q = TextFilter("name")

    class Meta:
        model = Team
        fields = []


class PersonFilter(django_filters.FilterSet):
    """By words and team."""

    q = TextFilter("name", "email")
    team = django_filters.ModelChoiceFilter(queryset=_teams, label=_("Team"), empty_label=_("All"))

    class Meta:
        model = Person
        fields = []
