"""Figures in templates."""

from django import template

register = template.Library()


@register.filter
def as_unit(value, unit):
    """``value`` written in ``unit``; an en dash for None."""
    return unit.show(value)
