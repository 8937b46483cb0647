"""Trains: the list, one train with its releases, starting, changing, stopping; a release like the previous one."""

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.forms.trains import PreviousForm, TrainForm, initial_of
from calendar_app.models import Train
from calendar_app.releases.page import undoable
from calendar_app.trains import running
from calendar_app.trains.cadence import Cadence
from calendar_app.trains.previous import start_from
from calendar_app.trains.timetable import stops_of, trains_for_list
from calendar_app.views.saving import FormPage, answer_form, answer_step, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import render_page
from releasemgr.tenancy.days import local_date

STEPS = {"stop": running.stop_trains, "resumption": running.resume_trains}


@allow(GET=Permission.VIEW)
def train_list(request):
    """All trains with their next release."""
    today = local_date(now(), request.org.zone)
    context = {
        "lines": trains_for_list(today),
        "today": today,
        "may_admit": request.membership.may(Permission.ADMIT),
    }
    return render_page(request, "calendar/trains/list.html", context, partial="results")


@allow(GET=Permission.VIEW)
def train_detail(request, pk):
    """One train: its cadence and its releases with what they carry."""
    train = find(Train.objects.select_related("portfolio", "owner", "template"), pk=pk)
    today = local_date(now(), request.org.zone)
    context = {
        "train": train,
        "cadence": Cadence.of(train.rrule).in_words(),
        "stops": stops_of(train, today=today),
        "today": today,
        "may_admit": request.membership.may(Permission.ADMIT),
        "may_nominate": request.membership.may(Permission.NOMINATE),
        "undo_id": undoable(train, by=request.user),
        "crumbs": [(_("Trains"), reverse("calendar:train-list"))],
    }
    return render_page(request, "calendar/trains/detail.html", context, partial="facts")


@allow(GET=Permission.ADMIT, POST=Permission.ADMIT)
def train_create(request):
    """Start a train."""

    def create(form):
        return running.start_trains([Train(**form.values())], by=request.user, at=now()).rows[0]

    page = _page(_("Start a train"), _("Start it"))
    return answer_form(
        request, TrainForm, create, page, said=_("The train runs; its next releases are planned.")
    )


@allow(GET=Permission.ADMIT, POST=Permission.ADMIT)
def train_edit(request, pk):
    """Change a train."""
    train = find(Train.objects, pk=pk)

    def change(form):
        row = seen(train, form.cleaned_data["version"])
        running.edit_train(row, form.values(), by=request.user, at=now())
        return row

    page = _page(_("Edit %(train)s") % {"train": train}, _("Save"), train)
    return answer_form(request, TrainForm, change, page, initial=initial_of(train), said=_("Saved."))


@allow(POST=Permission.ADMIT)
def train_step(request, pk, noun):
    """Stop a train or let it run again."""
    train = seen(find(Train.objects, pk=pk), request.POST.get("version"))
    said = _("%(train)s: done.") % {"train": train}
    return answer_step(request, lambda: STEPS[noun]([train], by=request.user, at=now()), train, said=said)


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def release_from_previous(request):
    """Plan an enterprise release like an earlier one."""

    def create(form):
        given = form.cleaned_data
        if given["target_date"] <= given["previous"].target_date:
            raise ValidationError({"target_date": _("The new release goes live after the previous one.")})
        return start_from(
            given["previous"],
            name=given["name"],
            target_date=given["target_date"],
            parts=form.parts(),
            by=request.user,
            at=now(),
        )

    back = reverse("calendar:release-list")
    page = FormPage(
        _("Start from the previous release"),
        _("Plan it"),
        back,
        crumbs=((_("Releases"), back),),
        lead=_("Every date keeps its distance from the go-live; states, evidence and decisions start anew."),
    )
    initial = {"previous": request.GET.get("previous"), "manifest": True, "people": True, "plans": True}
    said = _("The release is planned like the previous one.")
    return answer_form(request, PreviousForm, create, page, initial=initial, said=said)


def _page(title, submit, train=None):
    crumbs = ((_("Trains"), reverse("calendar:train-list")),)
    return FormPage(title, submit, train.get_absolute_url() if train else crumbs[0][1], crumbs=crumbs)
