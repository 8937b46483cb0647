"""The organisation's own words for types, statuses and risk levels, on one page."""

from django.db.models import Count, F
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from calendar_app import vocabulary
from calendar_app.forms.vocabulary import RenameForm, WordForm
from calendar_app.models import ReleaseStatus, ReleaseType, RiskLevel
from calendar_app.views.saving import FormPage, answer_form, answer_step, find, seen
from calendar_app.vocabulary import LISTS
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import render_page

SHAPE = {"GET": Permission.SHAPE_PROCESS, "POST": Permission.SHAPE_PROCESS}
STEPS = {
    "up": lambda word, **how: vocabulary.shift_word(word, -1, **how),
    "down": lambda word, **how: vocabulary.shift_word(word, 1, **how),
    "retirement": lambda word, **how: vocabulary.retire_words([word], **how),
    "restoration": lambda word, **how: vocabulary.restore_words([word], **how),
}
_TITLES = {
    "types": gettext_noop("Add a type"),
    "statuses": gettext_noop("Add a status"),
    "risks": gettext_noop("Add a risk level"),
}


class Page:
    """The page of words, as a place to go back to."""

    def get_absolute_url(self):
        return reverse("calendar:words")


@allow(GET=Permission.SHAPE_PROCESS)
def words(request):
    """Types, statuses and risk levels, each in its order, with how many releases carry them."""
    statuses = _counted(ReleaseStatus).select_related("release_type")
    context = {
        "types": _counted(ReleaseType).order_by("position", "name", "pk"),
        "statuses": statuses.order_by(
            F("release_type__position").asc(nulls_first=True), "release_type__name", "position", "name", "pk"
        ),
        "risks": _counted(RiskLevel).order_by("position", "name", "pk"),
    }
    return render_page(request, "calendar/words.html", context, partial="lists")


@allow(**SHAPE)
def word_create(request, part):
    """Add a word to a list."""

    def create(form):
        vocabulary.add_word(LISTS[part](**form.values()), by=request.user, at=now())
        return Page()

    page = _form_page(_(_TITLES[part]), _("Add it"))
    return answer_form(request, WordForm, create, page, said=_("The word is added."), part=part)


@allow(**SHAPE)
def word_edit(request, part, pk):
    """Rename a word."""
    word = find(LISTS[part].objects, pk=pk)

    def rename(form):
        row = seen(word, form.cleaned_data["version"])
        vocabulary.rename_word(row, form.cleaned_data["name"], by=request.user, at=now())
        return Page()

    page = _form_page(_("Rename “%(word)s”") % {"word": word}, _("Save"))
    initial = {"version": word.version, "name": word.name}
    return answer_form(request, RenameForm, rename, page, initial=initial, said=_("Saved."))


@allow(POST=Permission.SHAPE_PROCESS)
def word_step(request, part, pk, noun):
    """Move a word up or down, retire it, offer it again."""
    word = seen(find(LISTS[part].objects, pk=pk), request.POST.get("version"))
    said = _("“%(word)s”: done.") % {"word": word}
    return answer_step(request, lambda: STEPS[noun](word, by=request.user, at=now()), Page(), said=said)


def _counted(model):
    return model.objects.annotate(uses=Count("releases"))


def _form_page(title, submit):
    back = reverse("calendar:words")
    return FormPage(title, submit, back, crumbs=((_("Types and statuses"), back),))
