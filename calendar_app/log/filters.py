"""What the log can be narrowed by; all of it stays in the URL."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calendar_app.log.queries import CLASSES, SCALE, rolled_up
from calendar_app.models import LogItem, Release
from releasemgr.portfolio.models import Person

SORTS = {
    "number": "number",
    "title": "title",
    "kind": "kind",
    "score": "score",
    "due": "due_on",
    "release": "release__name",
    "owner": "owner__name",
}
_LEVELS = [
    (5, _("Blocks (15 to 25)")),
    (4, _("High (10 to 14)")),
    (3, _("Medium (5 to 9)")),
    (2, _("Low (3 to 4)")),
    (1, _("Very low (1 to 2)")),
]
_SCALE = [(step, str(step)) for step in SCALE]


def _people(request):
    return Person.objects.order_by("name", "pk")


def _releases(request):
    return Release.objects.order_by("-target_date", "name", "pk")


class LogFilter(django_filters.FilterSet):
    """By words, kind, state, class of score, owner, release with all below it, being late, and a cell of the matrix."""

    q = django_filters.CharFilter(method="with_words", label=_("Title or number"))
    kind = django_filters.ChoiceFilter(choices=LogItem.Kind.choices, label=_("Kind"), empty_label=_("All"))
    state = django_filters.ChoiceFilter(
        method="in_state",
        label=_("State"),
        choices=[
            ("open", _("Open")),
            ("late", _("Open and late")),
            ("closed", _("Closed")),
            ("all", _("All")),
        ],
        empty_label=None,
        initial="open",
    )
    level = django_filters.ChoiceFilter(
        method="of_level", choices=_LEVELS, label=_("Score"), empty_label=_("All")
    )
    owner = django_filters.ModelChoiceFilter(
        queryset=_people, label=_("Owner"), empty_label=_("All"), null_label=_("Nobody")
    )
    release = django_filters.ModelChoiceFilter(
        queryset=_releases, method="below", label=_("Release, with all below it"), empty_label=_("All")
    )
    probability = django_filters.ChoiceFilter(choices=_SCALE, label=_("Probability"), empty_label=_("All"))
    impact = django_filters.ChoiceFilter(choices=_SCALE, label=_("Impact"), empty_label=_("All"))

    class Meta:
        model = LogItem
        fields = []

    def __init__(self, data=None, *args, today, **kwargs):
        data = data.copy() if data is not None else {}
        data.setdefault("state", "open")
        super().__init__(data, *args, **kwargs)
        self.today = today

    def with_words(self, queryset, name, words):
        number = words.upper().removeprefix("LOG-")
        by_number = Q(number=int(number)) if number.isdecimal() and len(number) < 9 else Q(pk__in=[])
        return queryset.filter(Q(title__icontains=words) | by_number)

    def in_state(self, queryset, name, state):
        if state == "closed":
            return queryset.exclude(closed_at=None)
        if state == "late":
            return queryset.open().filter(due_on__lt=self.today)
        return queryset if state == "all" else queryset.open()

    def of_level(self, queryset, name, level):
        level = int(level)
        return queryset.filter(
            score__lte=CLASSES[level - 1], score__gt=CLASSES[level - 2] if level > 1 else 0
        )

    def below(self, queryset, name, release):
        return queryset.filter(pk__in=rolled_up(release).values("pk"))
