"""What the list of releases can be narrowed by; all of it stays in the URL."""

import django_filters
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Release, ReleaseStatus, ReleaseType, RiskLevel
from releasemgr.portfolio.models import Application, Project
from releasemgr.portfolio.tree import Tree

SORTS = {
    "number": "number",
    "name": "name",
    "kind": "kind",
    "status": "status",
    "target": "target_date",
    "project": "project__name",
}


def _projects(request):
    return Project.objects.order_by("name", "pk")


def _applications(request):
    return Application.objects.order_by("name", "pk")


def _enterprise_releases(request):
    return Release.objects.filter(kind=Release.Kind.ENTERPRISE).order_by("-target_date", "name", "pk")


def _words(model):
    return lambda request: model.objects.order_by("position", "name", "pk")


class ReleaseFilter(django_filters.FilterSet):
    """By words, kind, status, portfolio node with all below it, project, application, enterprise release."""

    q = django_filters.CharFilter(method="with_words", label=_("Name or number"))
    kind = django_filters.ChoiceFilter(choices=Release.Kind.choices, label=_("Kind"), empty_label=_("All"))
    status = django_filters.ChoiceFilter(
        method="in_status",
        label=_("Status"),
        choices=[("open", _("Open")), *Release.Status.choices],
        empty_label=_("All"),
    )
    release_type = django_filters.ModelChoiceFilter(
        queryset=_words(ReleaseType), label=_("Type"), empty_label=_("All")
    )
    own_status = django_filters.ModelChoiceFilter(
        queryset=_words(ReleaseStatus), label=_("Own status"), empty_label=_("All")
    )
    risk_level = django_filters.ModelChoiceFilter(
        queryset=_words(RiskLevel), label=_("Risk"), empty_label=_("All")
    )
    portfolio = django_filters.ChoiceFilter(method="in_portfolio", label=_("Portfolio"), empty_label=_("All"))
    project = django_filters.ModelChoiceFilter(queryset=_projects, label=_("Project"), empty_label=_("All"))
    application = django_filters.ModelChoiceFilter(
        queryset=_applications, method="on_application", label=_("Application"), empty_label=_("All")
    )
    parent = django_filters.ModelChoiceFilter(
        queryset=_enterprise_releases, label=_("Enterprise release"), empty_label=_("All")
    )

    class Meta:
        model = Release
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["portfolio"].extra["choices"] = self.tree.choices()

    @cached_property
    def tree(self):
        return Tree.load()

    def with_words(self, queryset, name, words):
        number = words.upper().removeprefix("REL-")
        by_number = Q(number=int(number)) if number.isdecimal() and len(number) < 9 else Q(pk__in=[])
        return queryset.filter(Q(name__icontains=words) | by_number)

    def in_status(self, queryset, name, status):
        return queryset.open() if status == "open" else queryset.filter(status=status)

    def in_portfolio(self, queryset, name, text):
        node = next(pk for pk in self.tree.branches if str(pk) == text)
        nodes = self.tree.below(node)
        return queryset.filter(Q(portfolio__in=nodes) | Q(project__portfolio__in=nodes))

    def on_application(self, queryset, name, application):
        return queryset.filter(pk__in=application.impacts.values("release"))


def in_order(releases, sort):
    """Releases by the column ``sort`` ("-" before it for descending); rows without a value come last."""
    column = SORTS.get(sort.removeprefix("-"), "target_date")
    field = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return releases.order_by(field, "number")
