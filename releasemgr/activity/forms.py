"""Shape of input for comments and files."""

from django import forms
from django.utils.translation import gettext_lazy as _

from releasemgr.activity.models import Comment
from releasemgr.activity.uploads import MEDIA_TYPES


class CommentForm(forms.Form):
    """Something to say about an object."""

    text = forms.CharField(
        label=_("Comment"),
        max_length=Comment._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class FileForm(forms.Form):
    """A file to keep with an object; what it may be is said by the verb."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(f".{extension}" for extension in MEDIA_TYPES)}),
    )
