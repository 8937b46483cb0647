"""Forms over tenant models."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _


class OrgChoiceField(forms.ModelChoiceField):
    """A choice among the organisation's rows of a model, asked for when a form is made, never when it is imported."""

    def __init__(self, model, *, order_by=("name", "pk"), **options):
        self.model, self.order_by = model, order_by
        super().__init__(queryset=None, **options)

    def __deepcopy__(self, memo):
        copied = super().__deepcopy__(memo)
        copied.queryset = self.model.objects.order_by(*self.order_by)
        return copied


def org_formfield(field, **options):
    """The form field of a model field; a reference to a tenant table becomes an OrgChoiceField."""
    if field.is_relation:
        return OrgChoiceField(
            field.related_model,
            label=capfirst(field.verbose_name),
            help_text=field.help_text,
            required=not field.blank,
            empty_label=_("None") if field.blank else _("Choose"),
        )
    if field.get_internal_type() == "DateField" and "widget" not in options:
        options["widget"] = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return field.formfield(**options)


class OrgForm(forms.ModelForm):
    """A model form that checks the unique rules of its model, which all begin with the organisation.

    The organisation is the scope's (the model's default) and never comes from the browser. What is taken already is
    said at the field it is about. ``class Meta(OrgForm.Meta)`` makes references choices of the organisation.
    """

    class Meta:
        formfield_callback = org_formfield

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - {"org"}

    def _post_clean(self):
        super()._post_clean()
        general = self._errors.pop(NON_FIELD_ERRORS, None)
        for error in general.as_data() if general else ():
            self.add_error(*self._placed(error))

    def _placed(self, error):
        """``(field, error)``: a taken value goes to the last visible field of its unique rule."""
        names = [name for name in (error.params or {}).get("unique_check", ()) if name in self.fields]
        if not names:
            return None, error
        return names[-1], ValidationError(_("This is taken already in your organisation."), code="taken")
