"""The system impact matrix of a release, edited cell by cell."""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.forms.people import ImpactForm
from calendar_app.models import Release, ReleaseImpact
from calendar_app.releases.tabs import head_of
from calendar_app.scope.matrix import CROWD, WEEKS, Matrix, cell_of, set_impact
from calendar_app.views.releases import release_form_page
from calendar_app.views.saving import answer_form, find
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import changed, render_page
from releasemgr.portfolio.models import Application
from releasemgr.tenancy.days import local_date

PLAN = {"GET": Permission.PLAN_RELEASE, "POST": Permission.PLAN_RELEASE}
TAB = "calendar:release-impact"


class Systems:
    """The matrix of a release, as a place to go back to."""

    def __init__(self, release):
        self.release = release

    def get_absolute_url(self):
        return reverse(TAB, args=[self.release.number])


@allow(GET=Permission.VIEW)
def impact(request, number):
    """Releases of an enterprise release x the systems they touch; of a single release, its systems."""
    release = find(Release.objects.for_list(), number=number)
    context = {
        "matrix": Matrix(release, request.GET),
        "crowd": CROWD,
        "weeks": WEEKS,
        "is_sum": release.kind == Release.Kind.ENTERPRISE,
        "may_plan": request.membership.may(Permission.PLAN_RELEASE),
        **head_of(release, TAB, today=local_date(now(), request.org.zone)),
    }
    return render_page(request, "calendar/scope/matrix.html", context, partial="matrix")


@allow(**PLAN)
def impact_create(request, number):
    """Say what a release does to a system it did not touch so far."""
    release = find(Release.objects, number=number)

    def create(form):
        given = form.cleaned_data
        set_impact(release, given["application"], given["impact"], was=None, by=request.user, at=now())
        return Systems(release)

    page = _form_page(release, _("Add a system"), _("Add it"))
    return answer_form(request, ImpactForm, create, page, said=_("The matrix is changed."))


@allow(**PLAN)
def impact_cell(request, number, key):
    """Change one cell: in its place in the matrix, or as a form of its own."""
    release, application = find(Release.objects, number=number), find(Application.objects, key=key)
    if request.htmx and (request.htmx.target or "").startswith("cell-"):
        return _in_place(request, release, application)
    cell = cell_of(release, application)

    def change(form):
        given = form.cleaned_data
        set_impact(release, application, given["impact"], was=given["was"], by=request.user, at=now())
        return Systems(release)

    title = _("%(application)s in %(release)s") % {"application": application, "release": release.reference}
    page = _form_page(release, title, _("Save"))
    initial = {"was": cell.impact, "impact": cell.impact}
    return answer_form(request, ImpactForm, change, page, initial=initial, said=_("Saved."), is_fixed=True)


def _in_place(request, release, application):
    """The cell with a choice in it (GET), or as it became (POST)."""
    refusal, form = "", ImpactForm(request.POST or None, is_fixed=True)
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise ValidationError(form.errors["impact"])
            given = form.cleaned_data
            set_impact(release, application, given["impact"], was=given["was"], by=request.user, at=now())
        except ValidationError as error:
            refusal = " ".join(error.messages)
    context = {
        "cell": cell_of(release, application),
        "choices": ReleaseImpact.Impact.choices,
        "is_editing": request.method == "GET" or refusal,
        "refusal": refusal,
        "may_plan": True,
    }
    response = render_page(
        request, "calendar/scope/_cell.html", context, partial="cell", status=422 if refusal else 200
    )
    return changed(response, "impacts:changed") if request.method == "POST" and not refusal else response


def _form_page(release, title, submit):
    page = release_form_page(release, title, submit)
    back = reverse(TAB, args=[release.number])
    return replace(page, back=back, crumbs=(*page.crumbs, (_("Systems"), back)))
