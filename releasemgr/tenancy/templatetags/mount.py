"""Links that leave the mount of an organisation."""

from django import template
from django.urls import get_script_prefix, reverse, set_script_prefix

register = template.Library()


@register.simple_tag
def global_url(name, *args, **kwargs):
    """The URL of a page outside every organisation, such as sign-out."""
    prefix = get_script_prefix()
    set_script_prefix("/")
    try:
        return reverse(name, urlconf="releasemgr.urls", args=args, kwargs=kwargs)
    finally:
        set_script_prefix(prefix)
