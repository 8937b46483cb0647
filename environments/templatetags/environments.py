"""Tags of the pages of environments: states of bookings, times in the reader's zone, acts."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calendar_app.conflicts import sentence
from environments.collisions import words_of
from environments.models import Booking
from environments.offers import offer_text as text_of
from environments.times import period_words, time_with_zone
from releasemgr.templatetags.ui import icon, status

register = template.Library()

# Which status of the product each state of a booking is shown as.
STATES = {
    Booking.Status.REQUESTED: "pending",
    Booking.Status.APPROVED: "on-track",
    Booking.Status.ACTIVE: "on-track",
    Booking.Status.COMPLETED: "done",
    Booking.Status.REJECTED: "late",
    Booking.Status.CANCELLED: "cancelled",
}
ACTS = {
    "approval": ("thumb-up", gettext_lazy("Approve")),
    "rejection": ("thumb-down", gettext_lazy("Reject…")),
    "move": ("arrows-exchange", gettext_lazy("Move…")),
    "cancellation": ("ban", gettext_lazy("Cancel booking")),
    "restoration": ("arrow-back-up", gettext_lazy("Take cancellation back")),
    "use": ("player-play", gettext_lazy("Start use")),
    "end-of-use": ("player-stop", gettext_lazy("Finish use")),
}


@register.simple_tag
def booking_status(booking):
    """The state of a booking as icon, word and colour."""
    return status(STATES[booking.status], booking.get_status_display())


@register.simple_tag
def standing_status(standing):
    """How an environment stands now (`queries.Standing`) as icon, words and colour."""
    if standing.outage:
        return status("failed", _("Out of service: %s") % standing.outage.reason)
    if not standing.units:
        return status("neutral", _("Not offered"))
    words = ngettext("%(n)d unit free", "%(n)d units free", standing.free) % {"n": standing.free}
    return status("on-track" if standing.free else "at-risk", words if standing.free else _("All taken"))


@register.simple_tag
def act_url(booking, act):
    """The address of an act on a booking."""
    return reverse(f"environments:booking-{act}", args=[booking.number])


@register.simple_tag
def act_label(act):
    """An act's icon and word."""
    symbol, label = ACTS[act]
    return format_html("{}{}", icon(symbol), label)


@register.inclusion_tag("components/breadcrumbs.html")
def crumbs(label, url):
    """The one page above this one."""
    return {"links": [(label, url)]}


@register.simple_tag
def collision_words(collision):
    """What somebody else changed first, in a sentence."""
    return _("%(subject)s: %(who)s set %(field)s to %(value)s.") % {
        "subject": collision.subject,
        "who": collision.actor_name,
        "field": collision.label,
        "value": words_of(collision.subject, collision.field, collision.theirs),
    }


@register.filter
def booking_words(row):
    """The period of anything with ``starts_at`` and ``ends_at``, in the reader's zone."""
    return period_words(row.starts_at, row.ends_at)


@register.filter
def outage_words(outage):
    """The period of an outage, which may be open."""
    if outage.ends_at:
        return period_words(outage.starts_at, outage.ends_at)
    return _("since %s") % time_with_zone(outage.starts_at)


@register.filter
def offer_text(offer):
    """An alternative as the value of its button."""
    return text_of(offer)


@register.filter
def conflict_words(conflict):
    """What a conflict says."""
    return sentence(conflict)
