"""Tags that every page uses: icons, status words, form fields, filter chips, navigation."""

from django import template
from django.forms import CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from releasemgr.navigation import sections_for

register = template.Library()

SPRITE = "vendor/tabler-icons-3.51.0/icons.svg"

# Status: (icon, word). The same icon, word and colour on the page, in charts, in mail and in print.
STATUSES = {
    "on-track": ("circle-check", _("On track")),
    "at-risk": ("alert-triangle", _("At risk")),
    "late": ("alert-octagon", _("Late")),
    "blocked": ("alert-octagon", _("Blocked")),
    "failed": ("alert-octagon", _("Failed")),
    "done": ("check", _("Done")),
    "cancelled": ("ban", _("Cancelled")),
    "pending": ("hourglass", _("Waiting")),
    "neutral": ("circle", ""),
}


@register.simple_tag
def icon(name, label=""):
    """An icon of the sprite; decorative unless ``label`` says what it means."""
    url = f"{static(SPRITE)}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, url
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', url)


@register.simple_tag
def status(name, label=""):
    """A status as icon, word and colour; ``label`` replaces the usual word, as an organisation may name its own."""
    symbol, word = STATUSES[name]
    return format_html(
        '<span class="status-pill {}">{}<span>{}</span></span>', name, icon(symbol), label or word
    )


@register.inclusion_tag("components/field.html")
def field(bound, wide=False):  # noqa: FBT002  a template tag's flag reads ``wide=True``
    """A form field with label, help and error, tied together by ``aria-describedby``."""
    widget = bound.field.widget
    described = [f"{bound.auto_id}-help"] if bound.help_text else []
    described += [f"{bound.auto_id}-error"] if bound.errors else []
    attributes = {
        "class": f"{_look_of(widget)}{' is-invalid' if bound.errors else ''} {widget.attrs.get('class', '')}"
    }
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    is_group = isinstance(widget, (RadioSelect, CheckboxSelectMultiple))
    return {
        "field": bound,
        "control": bound.as_widget(attrs=attributes),
        "is_check": isinstance(widget, CheckboxInput),
        "is_group": is_group,
        "wide": wide,
    }


def _look_of(widget):
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        return "picks"  # the class stands on the group as well as on each of its inputs
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"


@register.inclusion_tag("components/chips.html", takes_context=True)
def filter_chips(context, form, target):
    """One chip for each filter in force, each a link to the same list without it; ``target`` is what htmx swaps."""
    request = context["request"]
    chips = []
    for name, bound in form.fields.items():
        for value in request.GET.getlist(name):
            if value:
                words = _shown(form[name], bound, value)
                chips.append(
                    {"label": bound.label or name, "value": words, "url": _without(request, name, value)}
                )
    return {"chips": chips, "clear_url": _without_filters(request, form), "target": target}


def _shown(bound, form_field, value):
    """How the filter's value reads: the label of a choice, otherwise what was typed."""
    choices = dict(iter(getattr(form_field, "choices", ())))
    by_text = {str(key): label for key, label in choices.items()}
    return by_text.get(value, value) if bound else value


def _without_filters(request, form):
    """The same page with everything else that its URL says: view, period, order."""
    query = request.GET.copy()
    for name in (*form.fields, "page"):
        query.pop(name, None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def _without(request, name, value):
    query = request.GET.copy()
    query.setlist(name, [other for other in query.getlist(name) if other != value])
    query.pop("page", None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


@register.inclusion_tag("components/navigation.html", takes_context=True)
def navigation(context):
    """The practices' links for the membership of this request."""
    request = context["request"]
    return {"sections": sections_for(request.membership, request.path)}
