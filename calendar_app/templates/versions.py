"""The verbs of templates: start, describe, draft, publish, discard a draft, retire, bring back, copy."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Template, TemplateVersion
from calendar_app.models.releases import NotPossible
from calendar_app.templates.checks import faults_of, gaps_of
from calendar_app.templates.groups import groups_named
from calendar_app.templates.plan import Plan, document, parsed
from releasemgr.activity.trail import record
from releasemgr.changes.revisions import Revision, create, lock, revise


def start_template(template, *, by, at, plan=None):
    """Write a new template with a draft as its first version. Returns the Template."""
    with transaction.atomic():
        _refuse_taken(template)
        create([template], by=by, at=at, verb="started")
        draft = TemplateVersion(template=template, number=1, plan=document(plan or Plan()))
        create([draft], by=by, at=at, verb="drafted")
    return template


def describe(template, values, *, by, at):
    """Change what a template is called, what it is for, and its calendar. Returns an Outcome."""
    for name, value in values.items():
        setattr(template, name, value)
    _refuse_taken(template)
    return revise([Revision(template, template.version, values)], by=by, at=at, verb="edited")


def draft_of(template, *, by, at):
    """The draft of a template: the one there is, or a new one that begins as its newest version."""
    with transaction.atomic():
        template = lock(Template, [template.pk])[template.pk]
        if template.retired_at:
            raise NotPossible(_("%(template)s is retired.") % {"template": template})
        draft = template.versions.filter(published_at=None).first()
        if draft is None:
            newest = template.versions.published().first()
            number = template.versions.aggregate(last=Max("number"))["last"] or 0
            draft = TemplateVersion(template=template, number=number + 1, plan=newest.plan if newest else {})
            create([draft], by=by, at=at, verb="drafted")
    return draft


def redraft(draft, section, entries, *, by, at):
    """Replace a section of a draft as its author saw it. Returns an Outcome; faults are raised as NotSound."""
    if draft.published_at:
        raise NotPossible(_("A published version no longer changes."))
    stored = TemplateVersion.objects.get(pk=draft.pk)
    plan = parsed(document(parsed(stored.plan)) | {section: document_of(entries)})
    faults = faults_of(plan)
    if faults:
        raise NotSound(faults)
    return revise([Revision(draft, draft.version, {"plan": document(plan)})], by=by, at=at, verb="edited")


def publish(draft, *, by, at, note=""):
    """Fix a draft, so that releases can be built from it. Groups it names and nobody made yet are made."""
    with transaction.atomic():
        lock(Template, [draft.template_id])
        draft_now = TemplateVersion.objects.get(pk=draft.pk)
        plan = parsed(draft_now.plan)
        if draft_now.published_at:
            raise NotPossible(_("It is published already."))
        problems = [*gaps_of(plan), *(fault.message for fault in faults_of(plan))]
        if problems:
            raise ValidationError(problems)
        values = {"published_at": at, "published_by_name": str(by) if by else "", "note": note}
        outcome = revise([Revision(draft, draft.version, values)], by=by, at=at, verb="published")
        groups_named({approval.group for approval in plan.approvals}, by=by, at=at)
    return outcome


def discard(draft, *, by, at):
    """Throw a draft away; the published versions stay."""
    with transaction.atomic():
        lock(Template, [draft.template_id])
        if not TemplateVersion.objects.filter(template=draft.template_id).exclude(pk=draft.pk).exists():
            raise NotPossible(_("It is the only version; retire the template instead."))
        gone, _by_model = TemplateVersion.objects.filter(
            pk=draft.pk, published_at=None, version=draft.version
        ).delete()
        if not gone:
            raise NotPossible(_("The draft has changed or is published meanwhile."))
        record(by=by, verb="discarded", at=at, subject=draft, changes={"number": [draft.number, None]})


def retire(template, *, by, at):
    """Offer a template no longer; releases made from it keep it."""
    if template.retired_at:
        raise NotPossible(_("%(template)s is retired already.") % {"template": template})
    return revise([Revision(template, template.version, {"retired_at": at})], by=by, at=at, verb="retired")


def bring_back(template, *, by, at):
    """Offer a retired template again."""
    return revise(
        [Revision(template, template.version, {"retired_at": None})], by=by, at=at, verb="brought back"
    )


def copy_template(template, name, *, by, at):
    """A new template with a draft like the newest state of another. Returns the Template."""
    source = template.versions.order_by("-number").first()
    copied = Template(
        name=name, kind=template.kind, description=template.description, calendar=template.calendar
    )
    return start_template(copied, by=by, at=at, plan=parsed(source.plan))


def document_of(entries):
    """The stored form of the entries of one section."""
    return [{name: getattr(entry, name) for name in entry.__dataclass_fields__} for entry in entries]


class NotSound(ValidationError):
    """Entries of a plan contradict the rules; ``faults`` says which and where."""

    def __init__(self, faults):
        self.faults = faults
        super().__init__([fault.message for fault in faults])


def _refuse_taken(template):
    if Template.objects.filter(name=template.name).exclude(pk=template.pk).exists():
        raise ValidationError({"name": _("This is taken already in your organisation.")})
