"""The editor of a template's draft: one section at a time, as rows; errors stand at the row and the field."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.forms.templates import ROWS, entries_of, rows_of
from calendar_app.models import Template
from calendar_app.templates.plan import parsed
from calendar_app.templates.reading import TITLES, differences
from calendar_app.templates.versions import NotSound, redraft
from calendar_app.views.saving import find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.changes.revisions import Moved
from releasemgr.htmx import go_to, render_page


@allow(GET=Permission.SHAPE_PROCESS, POST=Permission.SHAPE_PROCESS)
def template_section(request, pk, section):
    """Show the rows of a section, or put them into the draft."""
    if section not in ROWS:
        raise Http404
    template = find(Template.objects, pk=pk)
    draft = find(template.versions.filter(published_at=None))
    plan = parsed(draft.plan)
    if request.method != "POST":
        return _show(request, template, section, rows_of(section, plan), draft.version)
    formset = rows_of(section, plan, request.POST)
    stored, draft = draft.version, seen(draft, request.POST.get("version"))
    if not formset.is_valid():
        return _show(request, template, section, formset, draft.version, status=422)
    entries, forms = entries_of(section, formset)
    try:
        redraft(draft, section, entries, by=request.user, at=now())
    except Moved as moved:
        theirs = differences(plan, _with(plan, section, entries))
        context = {"moved": moved.collisions[0], "theirs": theirs}
        return _show(request, template, section, formset, stored, status=409, **context)
    except NotSound as refused:
        _place(refused.faults, section, formset, forms)
        return _show(request, template, section, formset, draft.version, status=422)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return go_to(request, template)
    messages.success(request, _("The draft is saved."))
    return go_to(request, request.path)


def _with(plan, section, entries):
    return type(plan)(**{**vars(plan), section: tuple(entries)})


def _place(faults, section, formset, forms):
    """Put faults at their rows; those of other sections, which a removed row caused, stand above."""
    for fault in faults:
        if fault.section == section and fault.index is not None:
            name = fault.field if fault.field in forms[fault.index].fields else None
            forms[fault.index].add_error(name, fault.message)
        else:
            formset._non_form_errors.append(f"{TITLES[fault.section]}: {fault.message}")


def _show(request, template, section, formset, version, *, status=200, moved=None, theirs=()):
    links = [
        (TITLES[name], reverse("calendar:template-section", args=[template.pk, name]), name == section)
        for name in ROWS
    ]
    context = {
        "template": template,
        "title": TITLES[section],
        "links": links,
        "formset": formset,
        "version": version,
        "moved": moved,
        "theirs": theirs,
        "crumbs": [
            (_("Templates"), reverse("calendar:template-list")),
            (str(template), template.get_absolute_url()),
        ],
    }
    return render_page(request, "calendar/templates/section.html", context, partial="rows", status=status)
