"""A newer version of a template, offered to the releases that have not begun: look, take over, decline."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calendar_app.models import Template
from calendar_app.templates.offers import Outdated, adopt, decline, offered, previews
from calendar_app.views.saving import find
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import go_to, render_page

PAGE = 20


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def template_offers(request, pk):
    """Show what the newest version would change in each release (of ``?release=`` alone), or answer for those chosen."""
    template = find(Template.objects, pk=pk)
    if request.method != "POST":
        return _show(request, template)
    seen = {number: request.POST.get(f"seen-{number}", "") for number in request.POST.getlist("release")}
    numbers = [int(number) for number in seen if number.isdecimal() and len(number) < 9]
    chosen = {row.pk: seen[str(row.number)] for row in _waiting(template).filter(number__in=numbers)}
    try:
        if not chosen or len(chosen) < len(seen):
            raise Outdated(_("Choose releases that are still offered the new version."))
        said = _answered(request, template, chosen)
    except Outdated as outdated:
        return _show(request, template, refused=" ".join(outdated.messages), status=409)
    messages.success(request, said)
    return go_to(request, (_waiting(template).exists() and request.path) or template.get_absolute_url())


def _answered(request, template, chosen):
    """Do what was asked for the chosen releases; returns what to say about it."""
    count = len(chosen)
    if "decline" in request.POST:
        decline(template, list(chosen), by=request.user, at=now())
        return ngettext(
            "%(n)d release keeps its version; only a still newer one will be offered.",
            "%(n)d releases keep their version; only a still newer one will be offered.",
            count,
        ) % {"n": count}
    adopt(template, chosen, by=request.user, at=now())
    return ngettext(
        "%(n)d release took the new version over. Its page has the undo.",
        "%(n)d releases took the new version over. Their pages have the undo.",
        count,
    ) % {"n": count}


def _waiting(template):
    return offered().filter(template_version__template=template)


def _show(request, template, *, refused="", status=200):
    rows, number = _waiting(template), request.GET.get("release", "")
    if number.isdecimal() and len(number) < 9:
        rows = rows.filter(number=int(number))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "template": template,
        "page": page,
        "offers": previews(page),
        "refused": refused,
        "crumbs": [
            (_("Templates"), reverse("calendar:template-list")),
            (str(template), template.get_absolute_url()),
        ],
    }
    return render_page(request, "calendar/templates/offers.html", context, partial="offers", status=status)
