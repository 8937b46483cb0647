"""Shape of input for work items, versions, test runs and the lock on the scope."""

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.forms.fields import instant_field, version_field
from calendar_app.models import WorkItem
from releasemgr.portfolio.models import Application

MOST_BYTES = 1_000_000


class ApplicationChoice(forms.Form):
    """A form with a field ``application``."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["application"].queryset = Application.objects.order_by("name", "pk")

    def values(self):
        """The fields of the row."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class WorkItemForm(ApplicationChoice):
    """A work item, as the tracker knows it."""

    version = version_field()
    key = forms.CharField(label=_("Key"), max_length=60)
    title = forms.CharField(label=_("Title"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=WorkItem.Kind.choices)
    severity = forms.TypedChoiceField(
        label=_("Severity"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("None")), (1, _("1, worst")), (2, "2"), (3, "3"), (4, "4")],
        help_text=_("For defects."),
    )
    status = forms.ChoiceField(label=_("Status"), choices=WorkItem.Status.choices)
    application = forms.ModelChoiceField(
        queryset=None, required=False, empty_label=_("None"), label=_("Application")
    )
    url = forms.URLField(label=_("Link"), max_length=500, required=False, assume_scheme="https")

    def clean(self):
        cleaned = super().clean()
        is_defect = cleaned.get("kind") == WorkItem.Kind.DEFECT
        if is_defect and not cleaned.get("severity") and "severity" not in self.errors:
            self.add_error("severity", _("A defect has a severity."))
        if not is_defect:
            cleaned["severity"] = None
        return cleaned


class PasteForm(forms.Form):
    """Work items as lines of text, or a file of them, which takes the place of the text."""

    text = forms.CharField(
        label=_("Lines"),
        required=False,
        max_length=MOST_BYTES,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=_(
            "One item a line: key, title, kind, status, severity, application, link. A first line with these names "
            "may put them in another order. Parted by tab, semicolon or comma."
        ),
    )
    file = forms.FileField(label=_("Or a CSV file"), required=False)
    updates = forms.BooleanField(label=_("Update items that are in the scope already"), required=False)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not file:
            return ""
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 1 MB."))
        try:
            return file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is not UTF-8 text.")) from None

    def clean(self):
        cleaned = super().clean()
        cleaned["lines"] = cleaned.get("file") or cleaned.get("text") or ""
        if not cleaned["lines"].strip() and not self.errors:
            self.add_error("text", _("There is nothing to read."))
        return cleaned


class UnlockForm(forms.Form):
    """Why a scope is opened again."""

    version = version_field()
    reason = forms.CharField(label=_("Why it is opened again"), max_length=300)


class PlannedVersionForm(ApplicationChoice):
    """The version of an application that a release plans to bring to production."""

    version = version_field()
    application = forms.ModelChoiceField(queryset=None, empty_label=_("Choose"), label=_("Application"))
    label = forms.CharField(label=_("Planned version"), max_length=80)

    def __init__(self, *args, is_fixed=False, **kwargs):
        super().__init__(*args, **kwargs)
        if is_fixed:
            del self.fields["application"]


class TestRunForm(ApplicationChoice):
    """The result of a test."""

    __test__ = False  # not a test of this product

    version = version_field()
    name = forms.CharField(label=_("Name"), max_length=120)
    application = forms.ModelChoiceField(
        queryset=None, required=False, empty_label=_("The release as a whole"), label=_("Application")
    )
    version_label = forms.CharField(label=_("Tested version"), max_length=80, required=False)
    executed_at = instant_field(label=_("Executed"))
    total = forms.IntegerField(label=_("Cases"), min_value=1, max_value=10_000_000)
    passed = forms.IntegerField(label=_("Passed"), min_value=0, max_value=10_000_000)
    url = forms.URLField(label=_("Link"), max_length=500, required=False, assume_scheme="https")

    def clean(self):
        cleaned = super().clean()
        if (
            cleaned.get("passed") is not None
            and cleaned.get("total")
            and cleaned["passed"] > cleaned["total"]
        ):
            self.add_error("passed", _("More passed than ran."))
        return cleaned
