"""What the list of blockouts can be narrowed by; all of it stays in the URL."""

import django_filters
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Blockout


class BlockoutFilter(django_filters.FilterSet):
    """By words, strength, and whether it is to come, over or cancelled at the instant ``at``."""

    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", label=_("Name contains"))
    strength = django_filters.ChoiceFilter(
        method="of_strength",
        label=_("Strength"),
        choices=[("hard", _("Hard")), ("soft", _("Soft"))],
        empty_label=_("All"),
    )
    when = django_filters.ChoiceFilter(
        method="in_time",
        label=_("When"),
        choices=[("coming", _("Now or to come")), ("past", _("Over")), ("cancelled", _("Cancelled"))],
        empty_label=_("All"),
    )

    class Meta:
        model = Blockout
        fields = []

    def __init__(self, *args, at, **kwargs):
        super().__init__(*args, **kwargs)
        self.at = at

    def of_strength(self, queryset, name, strength):
        return queryset.filter(is_hard=strength == "hard")

    def in_time(self, queryset, name, when):
        if when == "cancelled":
            return queryset.filter(cancelled_at__isnull=False)
        valid = queryset.filter(cancelled_at=None)
        return valid.filter(ends_at__gt=self.at) if when == "coming" else valid.filter(ends_at__lte=self.at)
