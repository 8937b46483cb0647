"""The filter bar of the actions."""

import django_filters
from django.utils.translation import gettext_lazy as _

from improvement.models import METRICS, Action


class ActionFilter(django_filters.FilterSet):
    """Actions by state, figure and text."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=Action.State.choices, empty_label=_("All"))
    metric = django_filters.ChoiceFilter(label=_("Figure"), choices=METRICS, empty_label=_("All"))
    text = django_filters.CharFilter(label=_("Text"), field_name="title", lookup_expr="icontains")
