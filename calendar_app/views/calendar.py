"""The release calendar: timeline, month, agenda."""

from django.utils.timezone import now

from calendar_app.calendar.agenda import agenda, blockouts, weeks
from calendar_app.calendar.moments import Moments
from calendar_app.calendar.page import Page
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import render_page, wants_fragment


@allow(GET=Permission.VIEW)
def calendar(request):
    """Quarter, half-year and year as a timeline; month as a table; list as an agenda."""
    is_fragment = wants_fragment(request)
    page = Page(request.org, request.GET, now=now(), is_fragment=is_fragment)
    may_plan = request.membership.may(Permission.PLAN_RELEASE)
    context = {"page": page, "may_plan": may_plan, **_contents(page)}
    if is_fragment and "lanes" in request.GET:
        return render_page(request, "components/timeline.html", context, partial="lanes")
    if is_fragment and "page" in request.GET:
        return render_page(request, "calendar/_agenda.html", context, partial="lines")
    return render_page(request, "calendar/calendar.html", context, partial="results")


def _contents(page):
    if page.period.is_timeline:
        return {"timeline": page.timeline}
    moments = Moments(page.period, page.window, page.places, page.links, zone=page.zone, now=page.now)
    found = {"timeline": page.frame(), "blockouts": blockouts(page)}
    if page.view == "month":
        return {**found, "weeks": weeks(page, moments)}
    lines, days = agenda(page, moments)
    return {**found, "lines": lines, "days": days}
