"""Templates: the list with its starters, one template with its versions, and its verbs."""

from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.forms.templates import CopyForm, PublicationForm, TemplateForm
from calendar_app.models import Template, TemplateVersion
from calendar_app.templates import versions as verbs
from calendar_app.templates.offers import offered, offers_waiting
from calendar_app.templates.plan import Plan, parsed
from calendar_app.templates.reading import differences, sections_of
from calendar_app.templates.starters import STARTERS, take_over
from calendar_app.views.saving import FormPage, answer_form, answer_step, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import render_page

PAGE = 50
SHAPE = {"GET": Permission.SHAPE_PROCESS, "POST": Permission.SHAPE_PROCESS}


@allow(GET=Permission.VIEW)
def template_list(request):
    """All templates, retired ones last, and the starters that can be taken over."""
    rows = Template.objects.select_related("calendar").order_by(
        F("retired_at").asc(nulls_first=True), "name", "pk"
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    drafts, newest = {}, {}
    for version in TemplateVersion.objects.filter(template__in=list(page)).defer("plan").order_by("number"):
        (newest if version.published_at else drafts)[version.template_id] = version
    waiting = offers_waiting(page)
    context = {
        "page": page,
        "lines": [(row, newest.get(row.pk), drafts.get(row.pk), waiting.get(row.pk)) for row in page],
        "starters": STARTERS,
        "may_shape": request.membership.may(Permission.SHAPE_PROCESS),
    }
    return render_page(request, "calendar/templates/list.html", context, partial="results")


@allow(GET=Permission.VIEW)
def template_detail(request, pk):
    """One template: what its newest version says, or ``?version=``, and what that changed."""
    template = find(Template.objects.select_related("calendar"), pk=pk)
    known = list(template.versions.order_by("-number"))
    number = request.GET.get("version", "")
    shown = next((one for one in known if str(one.number) == number), known[0])
    before = next((one for one in known if one.number < shown.number), None)
    plan = parsed(shown.plan)
    context = {
        "template": template,
        "versions": known,
        "shown": shown,
        "draft": next((one for one in known if not one.published_at), None),
        "sections": sections_of(plan),
        "before": before,
        "differences": differences(parsed(before.plan) if before else Plan(), plan) if before else [],
        "may_shape": request.membership.may(Permission.SHAPE_PROCESS),
        "waiting": offered().filter(template_version__template=template).count(),
        "crumbs": [(_("Templates"), reverse("calendar:template-list"))],
    }
    return render_page(request, "calendar/templates/detail.html", context, partial="plan")


@allow(POST=Permission.SHAPE_PROCESS)
def starter_adoption(request, starter):
    """Take a starter template over."""
    if starter not in STARTERS:
        raise Http404
    made = take_over(starter, by=request.user, at=now())
    return answer_step(request, lambda: None, made, said=_("The template is yours now; change what differs."))


@allow(**SHAPE)
def template_create(request):
    """Start a template from nothing."""

    def create(form):
        return verbs.start_template(Template(**form.values()), by=request.user, at=now())

    page = _page(_("New template"), _("Start it"))
    return answer_form(request, TemplateForm, create, page, said=_("The template is started as a draft."))


@allow(**SHAPE)
def template_edit(request, pk):
    """Change what a template is called and whose working days it counts."""
    template = find(Template.objects, pk=pk)

    def change(form):
        row = seen(template, form.cleaned_data["version"])
        verbs.describe(row, form.values(), by=request.user, at=now())
        return row

    names = ("version", "name", "description")
    initial = {name: getattr(template, name) for name in names} | {"calendar": template.calendar_id}
    page = _page(_("Edit %(template)s") % {"template": template}, _("Save"), template)
    return answer_form(request, TemplateForm, change, page, initial=initial, said=_("Saved."), is_new=False)


@allow(**SHAPE)
def template_copy(request, pk):
    """Copy the newest state of a template."""
    template = find(Template.objects, pk=pk)

    def copy(form):
        return verbs.copy_template(template, form.cleaned_data["name"], by=request.user, at=now())

    page = _page(_("Copy %(template)s") % {"template": template}, _("Copy"), template)
    return answer_form(request, CopyForm, copy, page, said=_("The copy is a draft."))


@allow(POST=Permission.SHAPE_PROCESS)
def template_draft(request, pk):
    """Begin to change a template."""
    template = find(Template.objects, pk=pk)
    return answer_step(
        request,
        lambda: verbs.draft_of(template, by=request.user, at=now()),
        template,
        said=_("This is a draft; nothing changes for anybody until it is published."),
    )


@allow(**SHAPE)
def template_publication(request, pk):
    """Publish the draft of a template."""
    template = find(Template.objects, pk=pk)
    draft = find(template.versions.filter(published_at=None))

    def publish(form):
        row = seen(draft, form.cleaned_data["version"])
        verbs.publish(row, by=request.user, at=now(), note=form.cleaned_data["note"])
        return template

    page = _page(_("Publish %(version)s") % {"version": draft}, _("Publish"), template)
    said = _("Published. New releases use it; those planned already keep theirs.")
    return answer_form(request, PublicationForm, publish, page, initial={"version": draft.version}, said=said)


@allow(POST=Permission.SHAPE_PROCESS)
def template_discard(request, pk):
    """Throw the draft away."""
    template = find(Template.objects, pk=pk)
    draft = seen(find(template.versions.filter(published_at=None)), request.POST.get("version"))
    return answer_step(
        request,
        lambda: verbs.discard(draft, by=request.user, at=now()),
        template,
        said=_("The draft is gone."),
    )


@allow(POST=Permission.SHAPE_PROCESS)
def template_retirement(request, pk):
    """Retire a template, or offer a retired one again."""
    template = seen(find(Template.objects, pk=pk), request.POST.get("version"))
    verb = verbs.bring_back if template.retired_at else verbs.retire
    return answer_step(request, lambda: verb(template, by=request.user, at=now()), template, said=_("Done."))


def _page(title, submit, template=None):
    crumbs = ((_("Templates"), reverse("calendar:template-list")),)
    back = template.get_absolute_url() if template else crumbs[0][1]
    return FormPage(title, submit, back, crumbs=crumbs)
