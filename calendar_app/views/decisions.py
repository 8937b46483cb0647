"""What awaits the person who looks; approval groups; who is away and who decides meanwhile."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import get_script_prefix, reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.approvals import rules as keeping
from calendar_app.approvals.voices import person_of
from calendar_app.approvals.wanted import waiting_count, wanted
from calendar_app.approvals.words import change_words, notice_words
from calendar_app.forms.approvals import AbsenceForm, GroupForm
from calendar_app.models import Absence, ApprovalGroup
from calendar_app.views.saving import FormPage, answer_form, answer_step, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.activity.discussion import Notice
from releasemgr.htmx import go_to, render_page
from releasemgr.portfolio.models import Person
from releasemgr.tenancy.days import local_date

SHAPE = {"GET": Permission.SHAPE_PROCESS, "POST": Permission.SHAPE_PROCESS}
NAMED = {"GET": Permission.DECIDE_WHERE_NAMED, "POST": Permission.DECIDE_WHERE_NAMED}
PAGE = 50


@allow(GET=Permission.VIEW)
def decision_list(request):
    """Everything that awaits the person of this account."""
    person, today = person_of(request.user), local_date(now(), request.org.zone)
    found = wanted(person, at=now(), today=today) if person else None
    context = {"person": person, "wanted": found, "today": today}
    if found:
        context |= {
            "votes": [
                {
                    "standing": standing,
                    "people": people,
                    "for_another": [one for one in people if one != person],
                    "renewing": [change_words(one) for one in standing.round.record.get("changed", [])]
                    if renewing
                    else [],
                }
                for standing, people, renewing in found.votes
            ],
            "notices": [
                {
                    "notice": one,
                    "words": notice_words(one) or one.code,
                    "url": f"{get_script_prefix()}{one.path}",
                }
                for one in found.notices
            ],
        }
    return render_page(request, "calendar/decisions/list.html", context, partial="body")


@allow(GET=Permission.VIEW)
def decision_count(request):
    """How many acts await this person: what the navigation shows beside the link."""
    person = person_of(request.user)
    if person is None:
        return HttpResponse("")
    count = waiting_count(person, at=now(), today=local_date(now(), request.org.zone))
    return HttpResponse(str(count) if count else "")


@allow(POST=Permission.VIEW)
def notice_reading(request):
    """Mark one's notices as read: the one named, or all."""
    person = person_of(request.user)
    notices = Notice.objects.filter(person=person, read_at=None) if person else Notice.objects.none()
    pk = request.POST.get("notice", "")
    if pk:
        notices = notices.filter(pk=pk) if len(pk) == 36 else notices.none()
    notices.update(read_at=now())
    return go_to(request, "calendar:decision-list")


@allow(GET=Permission.VIEW)
def group_list(request):
    """Approval groups with their people and how many rules use each."""
    groups = ApprovalGroup.objects.prefetch_related("members__person", "rules").order_by("name", "pk")
    page = Paginator(groups, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "may_shape": request.membership.may(Permission.SHAPE_PROCESS)}
    partial = "rows" if request.GET.get("page") else "results"
    return render_page(request, "calendar/decisions/groups.html", context, partial=partial)


@allow(**SHAPE)
def group_create(request):
    """A new approval group."""
    page = _group_page(_("New approval group"), _("Add the group"))
    return answer_form(
        request, GroupForm, lambda form: _save_group(ApprovalGroup(), form, request), page, said=_("Added.")
    )


@allow(**SHAPE)
def group_edit(request, pk):
    """Rename a group or change who is in it."""
    group = find(ApprovalGroup.objects, pk=pk)
    initial = {"version": group.version, "name": group.name}
    initial["people"] = list(group.members.values_list("person_id", flat=True))

    def change(form):
        return _save_group(seen(group, form.cleaned_data["version"]), form, request)

    page = _group_page(_("Edit %(group)s") % {"group": group}, _("Save"))
    return answer_form(request, GroupForm, change, page, initial=initial, said=_("Saved."))


@allow(POST=Permission.SHAPE_PROCESS)
def group_removal(request, pk):
    """Delete a group that no rule uses."""
    group = find(ApprovalGroup.objects, pk=pk)
    back = _Place(reverse("calendar:group-list"))
    said = _("The group is removed.")
    return answer_step(
        request, lambda: keeping.remove_group(group, by=request.user, at=now()), back, said=said
    )


@allow(GET=Permission.VIEW)
def absence_list(request):
    """Who is away from today on, and who decides for them."""
    today = local_date(now(), request.org.zone)
    rows = Absence.objects.filter(ends_on__gte=today).select_related("person", "deputy")
    page = Paginator(rows.order_by("starts_on", "person__name", "pk"), PAGE).get_page(request.GET.get("page"))
    person = person_of(request.user)
    context = {
        "page": page,
        "person": person,
        "today": today,
        "may_manage": request.membership.may(Permission.MANAGE_PORTFOLIO),
    }
    partial = "rows" if request.GET.get("page") else "results"
    return render_page(request, "calendar/decisions/absences.html", context, partial=partial)


@allow(**NAMED)
def absence_create(request, pk):
    """Note that a person is away: oneself, or anybody for those who manage people."""
    person = find(Person.objects, pk=pk)
    _require_own(request, person)
    page = _absence_page(person)
    return answer_form(
        request,
        AbsenceForm,
        lambda form: _save_absence(Absence(person=person), form, request),
        page,
        initial={"starts_on": local_date(now(), request.org.zone)},
        said=_("Noted."),
        person=person,
    )


@allow(**NAMED)
def absence_edit(request, pk):
    """Change an absence."""
    absence = find(Absence.objects.select_related("person"), pk=pk)
    _require_own(request, absence.person)
    names = ("version", "starts_on", "ends_on", "reason")
    initial = {name: getattr(absence, name) for name in names} | {"deputy": absence.deputy_id}

    def change(form):
        return _save_absence(seen(absence, form.cleaned_data["version"]), form, request)

    page = _absence_page(absence.person)
    return answer_form(
        request, AbsenceForm, change, page, initial=initial, said=_("Saved."), person=absence.person
    )


@allow(POST=Permission.DECIDE_WHERE_NAMED)
def absence_removal(request, pk):
    """Take an absence back."""
    absence = find(Absence.objects.select_related("person"), pk=pk)
    _require_own(request, absence.person)
    back, said = _Place(reverse("calendar:absence-list")), _("Taken back.")
    return answer_step(
        request, lambda: keeping.remove_absence(absence, by=request.user, at=now()), back, said=said
    )


class _Place(str):
    """An address to go back to, for `answer_step`."""

    __slots__ = ()

    def get_absolute_url(self):
        return str(self)


def _save_group(group, form, request):
    given = form.cleaned_data
    keeping.save_group(group, given["name"], list(given["people"]), by=request.user, at=now())
    return reverse("calendar:group-list")


def _save_absence(absence, form, request):
    values = {name: form.cleaned_data[name] for name in ("starts_on", "ends_on", "deputy", "reason")}
    keeping.save_absence(absence, values, by=request.user, at=now())
    return reverse("calendar:absence-list")


def _require_own(request, person):
    if person.user_id != request.user.pk and not request.membership.may(Permission.MANAGE_PORTFOLIO):
        raise PermissionDenied


def _group_page(title, submit):
    back = reverse("calendar:group-list")
    return FormPage(title, submit, back, crumbs=((_("Approval groups"), back),))


def _absence_page(person):
    back = reverse("calendar:absence-list")
    title = _("%(person)s is away") % {"person": person}
    return FormPage(title, _("Save"), back, crumbs=((_("Absences"), back),))
