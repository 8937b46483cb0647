"""The people of a release by RACI: its card, their parts, and who takes over from whom."""

from dataclasses import replace

from django.db.models import Case, Value, When
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.forms.people import PartForm, PeopleForm, ReplacementForm
from calendar_app.models import Release, Stakeholder
from calendar_app.releases.tabs import head_of
from calendar_app.releases.tree import below
from calendar_app.scope.people import change_part, name_people, remove_people, replace_person
from calendar_app.views.releases import release_form_page
from calendar_app.views.saving import FormPage, answer_form, answer_step, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import render_page
from releasemgr.tenancy.days import local_date

PLAN = {"GET": Permission.PLAN_RELEASE, "POST": Permission.PLAN_RELEASE}
REPLACE = {"GET": Permission.MANAGE_PORTFOLIO, "POST": Permission.MANAGE_PORTFOLIO}
_ORDER = Case(*(When(part=part, then=Value(rank)) for rank, part in enumerate(Stakeholder.Part)), default=9)


class People:
    """The people of a release, as a place to go back to."""

    def __init__(self, release):
        self.release = release

    def get_absolute_url(self):
        return reverse("calendar:release-people", args=[self.release.number])


@allow(GET=Permission.VIEW)
def release_people(request, number):
    """Who has which part; as a fragment, the card on the page of the release."""
    release = find(Release.objects.for_list(), number=number)
    stakes = release.stakeholders.select_related("person__team").order_by(_ORDER, "person__name", "pk")
    context = {
        "stakes": stakes,
        "may_plan": request.membership.may(Permission.PLAN_RELEASE) and release.is_open,
        "may_replace": request.membership.may(Permission.MANAGE_PORTFOLIO),
    }
    if request.htmx:
        return render_page(
            request, "calendar/scope/people.html", context | {"release": release}, partial="card"
        )
    context |= head_of(release, "calendar:release-people", today=local_date(now(), request.org.zone))
    return render_page(request, "calendar/scope/people.html", context, partial="card")


@allow(**PLAN)
def people_create(request, number):
    """Give several people a part, here or in all open releases of the manifest too."""
    release = find(Release.objects, number=number)

    def create(form):
        given = form.cleaned_data
        ids = below(release) if given.get("everywhere") else []
        others = Release.objects.open().filter(pk__in=ids)
        name_people([release, *others], list(given["people"]), given["part"], by=request.user, at=now())
        return People(release)

    page = _form_page(release, _("Name people"), _("Name them"))
    said = _("They are named.")
    return answer_form(request, PeopleForm, create, page, said=said, release=release)


@allow(**PLAN)
def stake_edit(request, pk):
    """Give somebody who is named another part."""
    stake = find(Stakeholder.objects.select_related("release", "person"), pk=pk)

    def change(form):
        row = seen(stake, form.cleaned_data["version"])
        change_part(row, form.cleaned_data["part"], by=request.user, at=now())
        return People(stake.release)

    page = _form_page(stake.release, _("Part of %(person)s") % {"person": stake.person}, _("Save"))
    initial = {"version": stake.version, "part": stake.part}
    return answer_form(request, PartForm, change, page, initial=initial, said=_("Saved."))


@allow(POST=Permission.PLAN_RELEASE)
def stake_removal(request, pk):
    """Take somebody off a release."""
    stake = find(Stakeholder.objects.select_related("release", "person"), pk=pk)
    return answer_step(
        request,
        lambda: remove_people([stake], by=request.user, at=now()),
        People(stake.release),
        said=_("%(person)s has no part in it any more.") % {"person": stake.person},
    )


@allow(**REPLACE)
def people_replacement(request):
    """Hand all that somebody holds in open releases to somebody else."""
    back = reverse("calendar:release-list")

    def hand_over(form):
        replace_person(form.cleaned_data["former"], form.cleaned_data["successor"], by=request.user, at=now())
        return back

    page = FormPage(
        _("Hand over releases"),
        _("Hand over"),
        back,
        crumbs=((_("Releases"), back),),
        lead=_("Every part and ownership in open releases goes to the person who takes over."),
    )
    return answer_form(request, ReplacementForm, hand_over, page, said=_("All of it is handed over."))


def _form_page(release, title, submit):
    page = release_form_page(release, title, submit)
    back = reverse("calendar:release-people", args=[release.number])
    return replace(page, back=back, crumbs=(*page.crumbs, (_("People"), back)))
