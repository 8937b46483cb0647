"""The environment schedule page."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from environments.period import ZOOMS, read_period
from environments.schedule import LANES_AT_ONCE, Schedule
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import render_page, wants_fragment
from releasemgr.timeline import Choice, Timeline

MOST_LANES = 100_000


@allow(GET=Permission.VIEW)
def schedule(request):
    """Environments as lanes, with what is booked when; further lanes when they are reached."""
    now, zone = timezone.now(), timezone.get_current_timezone()
    period = read_period(request.GET, now=now, zone=zone)
    first = _lane_number(request.GET.get("lanes", ""))
    may_book = request.membership.may(Permission.REQUEST_BOOKING)
    page = Schedule(
        query=request.GET,
        request=request,
        period=period,
        scale=period.scale(now),
        first=first,
        may_book=may_book,
    )
    timeline = _timeline(request.GET, page, today=now.astimezone(zone).date())
    if first and wants_fragment(request):
        response = render(request, "components/timeline.html#lanes", {"timeline": timeline})
        patch_vary_headers(response, ["HX-Request"])
        return response
    context = {"timeline": timeline, "filter": page.filter, "keep": _kept(request.GET), "may_book": may_book}
    return render_page(request, "environments/schedule.html", context, partial="schedule")


def _timeline(query, page, *, today):
    period = page.period
    view = "table" if query.get("view") == "table" else "timeline"
    return Timeline(
        label=_("Environment schedule"),
        scale=page.scale,
        lanes=page.lanes,
        bands=page.bands,
        view=view,
        sort=query.get("sort", "start"),
        zooms=[
            Choice(str(label), _with(query, zoom=name), period.zoom == name) for name, label in ZOOMS.items()
        ],
        views=[
            Choice(_("Timeline"), _with(query, view=None), view == "timeline"),
            Choice(_("As table"), _with(query, view="table"), view == "table"),
        ],
        previous_url=_with(query, date=period.previous),
        next_url=_with(query, date=period.last),
        today_url=_with(query, date=today),
        create_url=reverse("environments:booking-create") if page.may_book else "",
        more_url=_with(query, keep_place=True, lanes=page.first + LANES_AT_ONCE) if page.lanes_left else "",
        lanes_left=page.lanes_left,
        empty=_("No environment fits these filters"),
        lane_heading=_("Environment"),
    )


def _with(query, *, keep_place=False, **changes):
    """The same page with some parameters changed, or dropped where the value is None."""
    changed = query.copy()
    if not keep_place:
        changed.pop("lanes", None)
    for name, value in changes.items():
        changed.pop(name, None)
        if value is not None:
            changed[name] = str(value)
    return f"{reverse('environments:schedule')}?{changed.urlencode()}"


def _kept(query):
    """What the filter form carries along: where one looks, not what one filters."""
    return [(name, query[name]) for name in ("zoom", "date", "view", "sort") if query.get(name)]


def _lane_number(text):
    return min(int(text), MOST_LANES) if text.isascii() and text.isdigit() and len(text) < 7 else 0
