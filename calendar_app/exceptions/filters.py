"""What the list of exception requests can be narrowed by; all of it stays in the URL."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calendar_app.exceptions.deciders import waiting_for
from calendar_app.models import ExceptionRequest, Release

SORTS = {
    "number": "number",
    "kind": "kind",
    "release": "release__name",
    "state": "state",
    "approver": "approver__name",
    "asked": "requested_at",
    "expires": "expires_at",
}


def _releases(request):
    return Release.objects.filter(pk__in=ExceptionRequest.objects.values("release")).order_by("name", "pk")


class ExceptionFilter(django_filters.FilterSet):
    """By words, kind, state, release, and what ends soon or waits for the reader, at the instant ``at``."""

    q = django_filters.CharFilter(method="with_words", label=_("Words or number"))
    kind = django_filters.ChoiceFilter(
        choices=ExceptionRequest.Kind.choices, label=_("Kind"), empty_label=_("All")
    )
    state = django_filters.ChoiceFilter(
        method="in_state",
        label=_("State"),
        choices=[("in_force", _("In force")), *ExceptionRequest.State.choices],
        empty_label=_("All"),
    )
    release = django_filters.ModelChoiceFilter(queryset=_releases, label=_("Release"), empty_label=_("All"))
    show = django_filters.ChoiceFilter(
        method="shown",
        label=_("Show"),
        choices=[("mine", _("Waiting for my decision")), ("expiring", _("Ending within 14 days"))],
        empty_label=_("All"),
    )

    class Meta:
        model = ExceptionRequest
        fields = []

    def __init__(self, *args, at, **kwargs):
        super().__init__(*args, **kwargs)
        self.at = at

    def with_words(self, queryset, name, words):
        number = words.upper().removeprefix("EXC-")
        by_number = Q(number=int(number)) if number.isdecimal() and len(number) < 9 else Q(pk__in=[])
        return queryset.filter(Q(subject__icontains=words) | Q(release__name__icontains=words) | by_number)

    def in_state(self, queryset, name, state):
        return queryset.in_force(self.at) if state == "in_force" else queryset.filter(state=state)

    def shown(self, queryset, name, what):
        if what == "expiring":
            return queryset.expiring(self.at)
        return queryset.filter(pk__in=waiting_for(self.request.user, at=self.at).values("pk"))
