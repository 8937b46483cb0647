"""What the member who looks at a page may do: ``{% if request.membership|may:"manage_portfolio" %}``."""

from django import template

from releasemgr.accounts.roles import Permission

register = template.Library()


@register.filter
def may(membership, codename):
    """Whether a membership's role holds the permission of that codename; an unknown codename is an error."""
    return membership.may(Permission(codename))
