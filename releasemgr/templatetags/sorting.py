"""Column headings that order a list."""

from django import template

register = template.Library()


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context, sorting, name, label):
    """A ``<th>`` whose link orders the list by a column, and the other way round when it is ordered by it."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    direction = sorting.direction(name)
    query["sort"] = f"-{name}" if direction == "ascending" else name
    return {"label": label, "direction": direction, "url": f"?{query.urlencode()}"}
