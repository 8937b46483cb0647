"""What the list of dependencies can be narrowed by; all of it stays in the URL."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Dependency, Release
from releasemgr.portfolio.models import Person

SORTS = {
    "number": "number",
    "what": "title",
    "release": "release__name",
    "provider": "provider__name",
    "needed": "needed_by",
    "promised": "promised_on",
    "state": "state",
}


def _needing(request):
    return Release.objects.filter(pk__in=Dependency.objects.values("release")).order_by("name", "pk")


def _providing(request):
    return Release.objects.filter(pk__in=Dependency.objects.values("provider")).order_by("name", "pk")


def _people(request):
    return Person.objects.order_by("name", "pk")


class DependencyFilter(django_filters.FilterSet):
    """By words, state, both releases, owner, and what is late or waits for the reader's answer."""

    q = django_filters.CharFilter(method="with_words", label=_("Words or number"))
    state = django_filters.ChoiceFilter(
        method="in_state",
        label=_("State"),
        choices=[("unmet", _("Unmet")), ("late", _("Late or at risk")), *Dependency.State.choices],
        empty_label=_("All"),
    )
    release = django_filters.ModelChoiceFilter(queryset=_needing, label=_("Needed by"), empty_label=_("All"))
    provider = django_filters.ModelChoiceFilter(
        queryset=_providing, label=_("Provider"), empty_label=_("All")
    )
    owner = django_filters.ModelChoiceFilter(queryset=_people, label=_("Owner"), empty_label=_("All"))
    show = django_filters.ChoiceFilter(
        method="shown", label=_("Show"), choices=[("mine", _("Waiting for my answer"))], empty_label=_("All")
    )

    class Meta:
        model = Dependency
        fields = []

    def with_words(self, queryset, name, words):
        number = words.upper().removeprefix("NEED-")
        by_number = Q(number=int(number)) if number.isdecimal() and len(number) < 9 else Q(pk__in=[])
        return queryset.filter(Q(title__icontains=words) | by_number)

    def in_state(self, queryset, name, state):
        if state in ("unmet", "late"):
            return queryset.filter(rank__lte=1 if state == "late" else 2)
        return queryset.filter(state=state)

    def shown(self, queryset, name, what):
        asked = queryset.filter(state=Dependency.State.REQUESTED)
        return asked.filter(provider__owner__user_id=self.request.user.pk)
