"""What lists of nominations can be narrowed by; all of it stays in the URL."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Nomination, Release
from releasemgr.portfolio.models import Project


def _projects(request):
    return Project.objects.order_by("name", "pk")


def _releases(request):
    wanted = Release.objects.filter(kind=Release.Kind.ENTERPRISE, nominations__isnull=False).distinct()
    return wanted.order_by("-target_date", "number")


class NominationFilter(django_filters.FilterSet):
    """By words, state, project and release."""

    q = django_filters.CharFilter(method="with_words", label=_("Project or text"))
    state = django_filters.ChoiceFilter(
        choices=Nomination.State.choices, label=_("State"), empty_label=_("All")
    )
    project = django_filters.ModelChoiceFilter(queryset=_projects, label=_("Project"), empty_label=_("All"))
    release = django_filters.ModelChoiceFilter(queryset=_releases, label=_("Release"), empty_label=_("All"))

    class Meta:
        model = Nomination
        fields = []

    def with_words(self, queryset, name, words):
        return queryset.filter(Q(project__name__icontains=words) | Q(reason__icontains=words))
