"""The forms of the portfolio: shape of input; the verbs decide."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from releasemgr.accounts.models import Membership
from releasemgr.changes.forms import RevisionForm, in_words
from releasemgr.portfolio.models import Application, Ownership, Person, Portfolio, Project, Team
from releasemgr.portfolio.tree import Tree
from releasemgr.tenancy.forms import OrgChoiceField, OrgForm
from releasemgr.tenancy.scope import current_org
from releasemgr.tenancy.zones import ZoneField


class NodeField(OrgChoiceField):
    """A choice among the nodes of the tree, each by its path."""

    def __init__(self, **options):
        super().__init__(Portfolio, **options)
        self.without = ()

    def arrange(self, *, without=()):
        """Order the choices by path, leaving out the ids in ``without``; one query."""
        tree = Tree.load()
        blank = [("", _("Choose a node") if self.required else _("Top of the organisation"))]
        self.widget.choices = blank + [(str(pk), name) for pk, name in tree.choices(without=without)]
        self.without = set(without)
        return tree

    def clean(self, value):
        node = super().clean(value)
        if node is not None and node.pk in self.without:
            raise ValidationError(_("A node cannot be moved below itself."))
        return node


class NodeForm(RevisionForm):
    """A node of the tree: its name and the node it is part of."""

    parent = NodeField(required=False, label=_("Part of"))

    class Meta(OrgForm.Meta):
        model = Portfolio
        fields = ["name", "parent"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        below = () if self.is_new else Tree.load().below(self.instance.pk)
        self.fields["parent"].arrange(without=below)


class ProjectForm(RevisionForm):
    """A project: what it is, where it stands in the tree, who works on it."""

    portfolio = NodeField(label=_("Portfolio"))

    class Meta(OrgForm.Meta):
        model = Project
        fields = ["key", "name", "portfolio", "team", "lead", "status", "tracking_started_on"]
        help_texts = {
            "key": _("Short and lasting: it stands in links, imports and pipelines."),
            "tracking_started_on": _("Figures count deployments from this day on; empty counts all."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["portfolio"].arrange()


class ApplicationForm(RevisionForm):
    """An application; which project owns it is handed over, not edited."""

    class Meta(OrgForm.Meta):
        model = Application
        fields = ["key", "name", "criticality", "owner"]
        help_texts = {"key": _("Short and lasting: it stands in links, imports and pipelines.")}


class TeamForm(RevisionForm):
    """A team."""

    class Meta(OrgForm.Meta):
        model = Team
        fields = ["name"]


class PersonForm(RevisionForm):
    """A person, who may be a member with an account."""

    time_zone = ZoneField(label=_("Time zone"), empty_label=_("As the organisation"))
    user_id = forms.TypedChoiceField(
        label=_("Account"),
        required=False,
        empty_value=None,
        help_text=_("The member who signs in as this person."),
    )

    class Meta(OrgForm.Meta):
        model = Person
        fields = ["name", "email", "team", "time_zone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        members = (
            Membership.objects.filter(org=current_org()).select_related("user").order_by("user__name", "pk")
        )
        accounts = {member.user_id: f"{member.user.name} ({member.user.email})" for member in members}
        self.fields["user_id"].choices = [
            ("", _("None")),
            *((str(pk), label) for pk, label in accounts.items()),
        ]
        self.fields["user_id"].coerce = {str(pk): pk for pk in accounts}.get
        self.initial["user_id"] = str(self.instance.user_id or "")

    def clean_user_id(self):
        account = self.cleaned_data["user_id"]
        taken = Person.objects.filter(user_id=account).exclude(pk=self.instance.pk)
        if account and taken.exists():
            raise ValidationError(_("This account belongs to another person already."))
        self.instance.user_id = account
        return account

    @property
    def values(self):
        return {**super().values, "user_id": self.cleaned_data["user_id"]}


class DependencyForm(forms.Form):
    """Another application that this one needs."""

    needs = OrgChoiceField(
        Application, label=_("Another application it needs"), empty_label=_("Choose an application")
    )

    def __init__(self, *args, application, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["needs"].queryset = Application.objects.exclude(pk=application.pk).order_by("name", "pk")


class HandOverForm(forms.Form):
    """From when on which project owns an application, and the latest ownership its author saw."""

    project = OrgChoiceField(
        Project, label=_("To project"), required=False, empty_label=_("Choose a project")
    )
    starts_at = forms.DateTimeField(
        label=_("From"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    is_nobody = forms.BooleanField(label=_("To no project: it belongs to none from then on"), required=False)
    corrects_past = forms.BooleanField(
        label=_("This corrects the past; figures since then may change"), required=False
    )
    seen = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    conflict = None

    def __init__(self, data=None, *, latest, at):
        seen = {"seen": latest.pk, "version": latest.version} if latest else {}
        super().__init__(data, initial={**seen, "starts_at": at.replace(second=0, microsecond=0)})
        self.fields["project"].queryset = Project.objects.filter(status=Project.Status.ACTIVE).order_by(
            "name", "pk"
        )

    def clean(self):
        cleaned = super().clean()
        if "project" in cleaned and bool(cleaned["project"]) == cleaned["is_nobody"]:
            self.add_error("project", _("Choose either a project or none."))
        return cleaned

    @property
    def asked(self):
        """What `hand_over` takes: project, instant, the ownership its author saw, and whether the past is meant."""
        asked = {name: self.cleaned_data[name] for name in ("project", "starts_at", "corrects_past")}
        seen = self.cleaned_data["seen"]
        version = self.cleaned_data["version"] or 0
        return {**asked, "seen": Ownership(pk=seen, version=version) if seen else None}

    def meet(self, moved):
        """Take in a lost race: what is recorded by now, and that to base the next try on."""
        first = moved.collisions[0]
        latest = first.subject
        mine = self.cleaned_data["project"]
        self.conflict = {
            "by": first.actor_name,
            "at": first.at,
            "fields": [
                {
                    "label": _("Project"),
                    "name": "project",
                    "mine": mine or "–",
                    "theirs": f"{latest.project}, {in_words(latest, 'starts_at', latest.starts_at)}",
                }
            ],
        }
        self.data = self.data.copy()
        self.data["seen"], self.data["version"] = str(latest.pk), str(latest.version)
