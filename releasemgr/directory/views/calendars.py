"""Working calendars: which days count when releases are planned."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import now
from django.utils.translation import gettext as _

from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.changes.pages import form_page, posted
from releasemgr.directory.calendar_forms import CalendarForm, ExceptionForm
from releasemgr.directory.calendars import add_exception, remove_exception, save_calendar
from releasemgr.htmx import go_to
from releasemgr.portfolio.calendars import Weekday
from releasemgr.portfolio.models import CalendarException, WorkingCalendar
from releasemgr.portfolio.workdays import countries, holidays_of
from releasemgr.tenancy.days import local_date

FORM, DETAIL = "portfolio/calendars/form.html", "portfolio/calendars/detail.html"
SHAPE = {"GET": Permission.SHAPE_PROCESS, "POST": Permission.SHAPE_PROCESS}
PAGE = 50


@allow(GET=Permission.VIEW)
def calendar_list(request):
    """All working calendars, the standard first."""
    rows = WorkingCalendar.objects.order_by("-is_default", "name", "pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    lines = [(row, countries().get(row.country, ""), _weekend(row)) for row in page]
    return render(request, "portfolio/calendars/list.html", {"page": page, "lines": lines})


@allow(GET=Permission.VIEW)
def calendar_detail(request, pk):
    """One calendar: its rule, its exceptions, the holidays of this year and the next."""
    calendar = get_object_or_404(WorkingCalendar.objects, pk=pk)
    return render(request, DETAIL, _about(request, calendar, ExceptionForm()))


@allow(**SHAPE)
def calendar_create(request):
    """A new calendar."""
    form = CalendarForm(posted(request))
    return form_page(request, form, FORM, {}, said=_("The calendar was added."), verb=save_calendar)


@allow(**SHAPE)
def calendar_edit(request, pk):
    """Change a calendar; dates that are planned already stay."""
    calendar = get_object_or_404(WorkingCalendar.objects, pk=pk)
    form = CalendarForm(posted(request), instance=calendar)
    said = _("The calendar was saved. Dates that are planned already stay as they are.")
    return form_page(request, form, FORM, {"calendar": calendar}, said=said, verb=save_calendar)


@allow(POST=Permission.SHAPE_PROCESS)
def calendar_exception(request, pk):
    """Let a day differ from the rule."""
    calendar = get_object_or_404(WorkingCalendar.objects, pk=pk)
    form = ExceptionForm(request.POST)
    if form.is_valid():
        try:
            add_exception(calendar, **form.cleaned_data, by=request.user, at=now())
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("The day was added."))
            return go_to(request, calendar)
    return render(request, DETAIL, _about(request, calendar, form), status=422)


@allow(POST=Permission.SHAPE_PROCESS)
def exception_removal(request, pk):
    """Take an exception back."""
    exception = get_object_or_404(CalendarException.objects.select_related("calendar"), pk=pk)
    remove_exception(exception, by=request.user, at=now())
    messages.success(request, _("The day follows the rule again."))
    return go_to(request, exception.calendar)


def _about(request, calendar, form):
    year = local_date(now(), request.org.zone).year
    holidays = {}
    if calendar.country:
        for one in (year, year + 1):
            holidays |= holidays_of(calendar.country, calendar.subdivision, one)
    return {
        "calendar": calendar,
        "country": countries().get(calendar.country, ""),
        "weekend": _weekend(calendar),
        "exceptions": calendar.exceptions.order_by("day"),
        "holidays": sorted(holidays.items()),
        "form": form,
    }


def _weekend(calendar):
    return ", ".join(str(Weekday(day).label) for day in calendar.weekend)
