"""Nominations: those of a release with its load, all of them, one of them, and what is decided."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.forms.trains import (
    AcceptanceForm,
    DeclinationForm,
    DeferralForm,
    NominationForm,
    initial_of_nomination,
)
from calendar_app.models import Nomination, Release
from calendar_app.releases.page import undoable
from calendar_app.releases.tabs import head_of
from calendar_app.trains import nominations as verbs
from calendar_app.trains.export import HEADER, rows_of
from calendar_app.trains.filters import NominationFilter
from calendar_app.trains.load import load_of, weigh, with_wishes
from calendar_app.views.releases import release_form_page
from calendar_app.views.saving import answer_form, answer_step, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.changes.revisions import Moved
from releasemgr.htmx import go_to, in_peek, render_page
from releasemgr.spreadsheet import csv_response
from releasemgr.tenancy.days import local_date

PAGE = 50
State = Nomination.State


@allow(GET=Permission.VIEW)
def release_nominations(request, number):
    """Who wants to ride on a release, and what it would carry."""
    release = find(Release.objects.for_list(), number=number, kind=Release.Kind.ENTERPRISE)
    today = local_date(now(), request.org.zone)
    everyone = list(with_wishes(release.nominations.order_by("submitted_at", "pk")))
    accepted = load_of([one for one in everyone if one.state == State.ACCEPTED])
    wanted = load_of([one for one in everyone if one.state in (State.ACCEPTED, State.SUBMITTED)])
    page = Paginator(_waiting_first(everyone), PAGE).get_page(request.GET.get("page"))
    context = {
        **head_of(release, "calendar:release-nominations", today=today),
        "page": page,
        "lines": weigh(page, accepted),
        "accepted": accepted,
        "wanted": wanted,
        "outside": verbs.late_entries([one for one in page if one.state == State.SUBMITTED], at=now()),
        "is_entry_closed": release.entry_deadline is not None and release.entry_deadline < today,
        "may_admit": request.membership.may(Permission.ADMIT) and release.is_open,
        "may_nominate": request.membership.may(Permission.NOMINATE) and release.is_open,
    }
    partial = "rows" if request.GET.get("page") else "tab"
    return render_page(request, "calendar/nominations/tab.html", context, partial=partial)


@allow(GET=Permission.VIEW)
def nomination_list(request):
    """All nominations, the latest first."""
    found = NominationFilter(request.GET, with_wishes(Nomination.objects.all()), request=request)
    page = Paginator(found.qs.order_by("-submitted_at", "pk"), PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page": page}
    partial = "rows" if request.GET.get("page") else "results"
    return render_page(request, "calendar/nominations/list.html", context, partial=partial)


@allow(GET=Permission.VIEW)
def nomination_export(request):
    """The list as CSV, narrowed by the same URL."""
    query = request.GET.copy()

    def rows():
        found = NominationFilter(query, with_wishes(Nomination.objects.all()), request=request)
        return rows_of(found.qs.order_by("-submitted_at", "pk"))

    return csv_response(request.org, "nominations", HEADER, rows)


@allow(GET=Permission.VIEW)
def nomination_detail(request, pk):
    """One nomination: what is asked for, what was decided, what the release carries."""
    nomination = _nomination(pk)
    riders = with_wishes(nomination.release.nominations.filter(state=State.ACCEPTED))
    is_undecided = nomination.state == State.SUBMITTED and nomination.release.is_open
    context = {
        "nomination": nomination,
        "weight": weigh([nomination], load_of(riders))[0],
        "own": load_of([nomination]),
        "needs_exception": nomination.pk in verbs.late_entries([nomination], at=now()),
        "follower": nomination.followers.select_related("release").first(),
        "may_admit": request.membership.may(Permission.ADMIT) and is_undecided,
        "may_nominate": request.membership.may(Permission.NOMINATE) and is_undecided,
        "undo_id": undoable(nomination, by=request.user) if nomination.state == State.DECLINED else None,
        "page": _page(nomination, str(nomination.project), ""),
        "is_peek": in_peek(request),
    }
    return render_page(request, "calendar/nominations/detail.html", context, partial="facts", peek="peek")


@allow(GET=Permission.NOMINATE, POST=Permission.NOMINATE)
def nomination_create(request, number):
    """Nominate a project for a release."""
    release = find(Release.objects, number=number, kind=Release.Kind.ENTERPRISE)

    def create(form):
        row = Nomination(release=release, **form.values())
        wishes = {"applications": form.cleaned_data["applications"], "weeks": form.weeks()}
        return verbs.nominate(row, by=request.user, at=now(), **wishes).rows[0]

    page = release_form_page(release, _("Nominate a project"), _("Nominate it"))
    initial = {"project": request.GET.get("project")}
    return answer_form(request, NominationForm, create, page, initial=initial, said=_("It is nominated."))


@allow(GET=Permission.NOMINATE, POST=Permission.NOMINATE)
def nomination_edit(request, pk):
    """Change what a project asks for."""
    nomination = _nomination(pk)

    def change(form):
        row = seen(nomination, form.cleaned_data["version"])
        wishes = {"applications": form.cleaned_data["applications"], "weeks": form.weeks()}
        verbs.edit_nomination(row, form.values(), by=request.user, at=now(), **wishes)
        return row

    page = _page(nomination, _("Change the nomination"), _("Save"))
    initial = initial_of_nomination(nomination)
    return answer_form(request, NominationForm, change, page, initial=initial, said=_("Saved."))


@allow(GET=Permission.ADMIT, POST=Permission.ADMIT)
def nomination_acceptance(request, pk):
    """Let a project in."""
    nomination = _nomination(pk)

    def decide(form):
        row, child = seen(nomination, form.cleaned_data["version"]), form.cleaned_data["child"]
        children = {row.pk: child} if child else {}
        verbs.accept([row], by=request.user, at=now(), children=children, note=form.cleaned_data["note"])
        return reverse("calendar:release-nominations", args=[nomination.release.number])

    return _answer_decision(
        request, nomination, AcceptanceForm, decide, _("Accept %(project)s"), _("Accept"), _("It is in.")
    )


@allow(GET=Permission.ADMIT, POST=Permission.ADMIT)
def nomination_deferral(request, pk):
    """Move a nomination on to a later release, by default the next of the train."""
    nomination = _nomination(pk)

    def decide(form):
        row, given = seen(nomination, form.cleaned_data["version"]), form.cleaned_data
        verbs.defer([row], given["release"], by=request.user, at=now(), note=given["note"])
        return reverse("calendar:release-nominations", args=[nomination.release.number])

    return _answer_decision(
        request,
        nomination,
        DeferralForm,
        decide,
        _("Defer %(project)s"),
        _("Defer"),
        _("It is nominated for the later release."),
    )


@allow(GET=Permission.ADMIT, POST=Permission.ADMIT)
def nomination_declination(request, pk):
    """Refuse a project a place."""
    nomination = _nomination(pk)

    def decide(form):
        row = seen(nomination, form.cleaned_data["version"])
        verbs.decline([row], by=request.user, at=now(), note=form.cleaned_data["note"])
        return reverse("calendar:release-nominations", args=[nomination.release.number])

    return _answer_decision(
        request,
        nomination,
        DeclinationForm,
        decide,
        _("Decline %(project)s"),
        _("Decline"),
        _("It is declined."),
    )


@allow(POST=Permission.NOMINATE)
def nomination_withdrawal(request, pk):
    """Take a nomination back."""
    nomination = seen(_nomination(pk), request.POST.get("version"))
    return answer_step(
        request,
        lambda: verbs.withdraw([nomination], by=request.user, at=now()),
        nomination,
        said=_("The nomination is withdrawn."),
    )


@allow(POST=Permission.ADMIT)
def release_acceptances(request, number):
    """Accept the chosen nominations of a release together, all or none."""
    release = find(Release.objects, number=number, kind=Release.Kind.ENTERPRISE)
    versions = dict(choice.partition(":")[::2] for choice in request.POST.getlist("chosen"))
    waiting = with_wishes(release.nominations.filter(state=State.SUBMITTED))
    chosen = [seen(one, versions[str(one.pk)]) for one in waiting if str(one.pk) in versions]
    back = reverse("calendar:release-nominations", args=[number])
    try:
        if len(chosen) < len(versions):
            raise ValidationError(
                _("Some of these were decided meanwhile; nothing was accepted. Look again.")
            )
        verbs.accept(chosen, by=request.user, at=now())
    except Moved:
        messages.error(request, _("Some of these were changed meanwhile; nothing was accepted. Look again."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        said = _("%(n)d accepted.") if chosen else _("Choose who gets in.")
        messages.success(request, said % {"n": len(chosen)} if chosen else said)
    return go_to(request, back)


def _answer_decision(request, nomination, form_class, decide, title, submit, said):
    page = _page(nomination, title % {"project": nomination.project}, submit)
    return answer_form(
        request,
        form_class,
        decide,
        page,
        initial={"version": nomination.version},
        said=said,
        **({} if form_class is DeclinationForm else {"nomination": nomination}),
    )


def _waiting_first(nominations):
    order = [State.SUBMITTED, State.ACCEPTED, State.DEFERRED, State.DECLINED, State.WITHDRAWN]
    return sorted(nominations, key=lambda one: order.index(one.state))


def _nomination(pk):
    return find(with_wishes(Nomination.objects.all()).select_related("release__train"), pk=pk)


def _page(nomination, title, submit):
    return release_form_page(nomination.release, title, submit)
