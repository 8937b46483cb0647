"""The weekly check-in: everything one owner has to say on one page, and the weeks as they were."""

from collections import defaultdict
from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calendar_app.forms.checkin import CheckInForm, WhoseForm, release_of
from calendar_app.log.checkins import Refused, latest_before
from calendar_app.log.checkins import check_in as say
from calendar_app.log.queries import with_all_below
from calendar_app.log.weeks import WEEK, lines_of, missing_of, monday_of, of_week, week_or
from calendar_app.models import CheckIn, Phase, Release
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.changes.revisions import Moved
from releasemgr.htmx import go_to, render_page
from releasemgr.portfolio.models import Person
from releasemgr.portfolio.queries import person_of
from releasemgr.spreadsheet import csv_response
from releasemgr.tenancy.days import local_date

_DAY = timedelta(days=1)
ROWS = 100  # of the check-in: all on one page, and still one form
PAGE = 50
_EXPORT = [
    "release",
    "name",
    "enterprise_release",
    "owner",
    "status",
    "sentence",
    "go_live_then",
    "said",
    "by",
]


@allow(
    GET=Permission.DECIDE_WHERE_NAMED, POST=Permission.DECIDE_WHERE_NAMED
)  # a right by relation: the owner
def check_in(request):
    """Say of all one's open releases how they stand (GET the page, POST all of it at once)."""
    person, week = person_of(request.user), monday_of(_today(request))
    whose = _whose(request)
    if request.method != "POST":
        releases = list(_releases(request, person, whose)[: ROWS + 1])
        forms = _forms(releases[:ROWS], week)
        return _show(request, week, whose, forms, person=person, more=len(releases) > ROWS)
    forms = _forms(_posted(request), week, request.POST)
    for form in forms:
        if form.has_changed() and not _may_say(request, person, form.release):
            form.add_error(None, _("This release is not yours any more; what you typed was not saved."))
    changed = [form for form in forms if form.has_changed()]
    if not all(form.is_valid() for form in changed):
        return _show(request, week, whose, forms, person=person, status=422)
    return _save(request, week, whose, forms, changed, person)


@allow(GET=Permission.VIEW)
def week(request):
    """One week: what was said of each release, and who is missing."""
    at, current = now(), monday_of(_today(request))
    chosen = week_or(request.GET.get("week", ""), current)
    whose, releases = _under(request)
    rows = of_week(chosen, releases, at=at, zone=request.org.zone)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "week": chosen,
        "sunday": chosen + WEEK - _DAY,
        "previous": chosen - WEEK,
        "next": chosen + WEEK if chosen < current else None,
        "is_current": chosen == current,
        "whose": whose,
        "page": page,
        "lines": lines_of(page, chosen),
        "missing": missing_of(chosen, releases, at=at, zone=request.org.zone),
    }
    partial = "rows" if request.GET.get("page") else "results"
    return render_page(request, "calendar/checkins/week.html", context, partial=partial)


@allow(GET=Permission.VIEW)
def week_export(request):
    """A week as CSV, the missing with empty cells."""
    at, chosen = now(), week_or(request.GET.get("week", ""), monday_of(_today(request)))
    zone = request.org.zone

    def rows():
        _form, releases = _under(request)
        return (_cells(line) for line in lines_of(of_week(chosen, releases, at=at, zone=zone), chosen))

    return csv_response(request.org, f"check-in-{chosen}", _EXPORT, rows)


def _save(request, week, whose, forms, changed, person):
    if not changed:
        messages.info(request, _("Nothing was said, nothing was saved."))
        return go_to(request, request.get_full_path())
    try:
        say([form.saying() for form in changed], week, by=request.user, at=now())
    except Refused as refused:
        for form in changed:
            if form.release.pk in refused.errors:
                form.refuse(refused.errors[form.release.pk])
        return _show(request, week, whose, forms, person=person, status=422)
    except Moved as moved:
        return _show(request, week, whose, _met(moved, request, week), person=person, status=409)
    count = len(changed)
    said = ngettext("Said of %(count)d release.", "Said of %(count)d releases.", count) % {"count": count}
    messages.success(request, said)
    return go_to(request, request.get_full_path())


def _met(moved, request, week):
    """The forms with what was typed, read again beside what is stored now."""
    by_release = defaultdict(list)
    for collision in moved.collisions:
        by_release[release_of(collision)].append(collision)
    forms = _forms(_posted(request), week, request.POST)
    for form in forms:
        if form.release.pk in by_release:
            form.meet(by_release[form.release.pk])
    return forms


def _forms(releases, week, data=None):
    """A form for each release, with its active phases and what was said of it, in three statements.

    With ``data``, rows in which nothing was typed show what is stored now.
    """
    phases = defaultdict(list)
    active = Phase.objects.filter(release__in=releases, status=Phase.Status.ACTIVE)
    for phase in active.order_by("position"):
        phases[phase.release_id].append(phase)
    said = {one.release_id: one for one in CheckIn.objects.filter(release__in=releases, week=week)}
    before = latest_before(releases, week)
    return [
        CheckInForm(
            data, release=row, phases=phases[row.pk], said=said.get(row.pk), before=before.get(row.pk)
        )
        for row in releases
    ]


def _releases(request, person, whose):
    """Open releases of the chosen owner, or below the chosen enterprise release; one's own when nothing is chosen."""
    rows = Release.objects.open().for_list().order_by("target_date", "number")
    chosen = whose.cleaned_data if whose and whose.is_valid() else {}
    if chosen.get("release"):
        rows = rows.filter(pk__in=with_all_below(chosen["release"]))
        return rows.filter(owner=chosen["owner"]) if chosen.get("owner") else rows
    owner = chosen.get("owner") or person
    return rows.filter(owner=owner) if owner else rows.none()


def _posted(request):
    """The releases that the sent form has rows of, whatever became of them meanwhile."""
    names = [key.partition("-")[0].removeprefix("r") for key in request.POST if key.endswith("-version")]
    numbers = [int(name) for name in names if name.isdecimal() and len(name) < 9][:ROWS]
    return list(Release.objects.for_list().filter(number__in=numbers).order_by("target_date", "number"))


def _may_say(request, person, release):
    is_own = person is not None and release.owner_id == person.pk
    return is_own or request.membership.may(Permission.PLAN_RELEASE)


def _whose(request):
    """The choice of whose releases these are, for those who may speak for others."""
    if not request.membership.may(Permission.PLAN_RELEASE):
        return None
    open_ones = Release.objects.open()
    people = Person.objects.filter(pk__in=open_ones.values("owner")).order_by("name", "pk")
    return WhoseForm(request.GET, people=people, enterprises=_enterprises())


def _enterprises():
    return Release.objects.filter(kind=Release.Kind.ENTERPRISE).order_by("-target_date", "name", "pk")


def _under(request):
    """The filter of the week's page and the releases it leaves."""
    form = WhoseForm(request.GET, people=Person.objects.order_by("name", "pk"), enterprises=_enterprises())
    form.fields["owner"].empty_label = _("Anybody")
    releases = Release.objects.for_list()
    chosen = form.cleaned_data if form.is_valid() else {}
    if chosen.get("release"):
        releases = releases.filter(pk__in=with_all_below(chosen["release"]))
    if chosen.get("owner"):
        releases = releases.filter(owner=chosen["owner"])
    return form, releases


def _cells(line):
    said, release = line.said, line.release
    known = (
        [said.health, said.sentence, said.target_date or "", said.made_at.isoformat(), said.made_by_name]
        if said
        else [""] * 5
    )
    return [release.reference, release.name, release.parent or "", release.owner or "", *known]


def _show(request, week, whose, forms, *, person, more=False, status=200):
    context = {
        "week": week,
        "whose": whose,
        "forms": forms,
        "has_person": person is not None,
        "more": more,
        "done": sum(1 for form in forms if form.said),
        "errors": sum(1 for form in forms if form.is_bound and form.errors and form.has_changed()),
        "conflicts": sum(1 for form in forms if form.conflict),
    }
    return render_page(request, "calendar/checkins/form.html", context, partial="form", status=status)


def _today(request):
    return local_date(now(), request.org.zone)
