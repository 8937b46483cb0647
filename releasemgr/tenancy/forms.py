"""Forms over tenant models."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _


class OrgForm(forms.ModelForm):
    """A model form that checks the unique rules of its model, which all begin with the organisation.

    The organisation is the scope's (the model's default) and never comes from the browser. What is taken already is
    said at the field it is about.
    """

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
