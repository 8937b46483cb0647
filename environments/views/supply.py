"""Environments, their capacity over time and their outages: forms for people who manage them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from environments import supply
from environments.collisions import both_values, take_theirs
from environments.forms import CapacityForm, EnvironmentForm, OutageForm
from environments.models import CapacityStep, EnvironmentUse, Outage
from environments.times import period_words
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.changes.revisions import Moved, Revision, revise, undoable
from releasemgr.htmx import go_to, render_conflict, render_invalid, render_page
from releasemgr.portfolio.models import Environment

MANAGE = Permission.MANAGE_ENVIRONMENT
TEMPLATE = "environments/supply_form.html"


@allow(GET=MANAGE, POST=MANAGE)
def environment_create(request):
    """A new environment with its first capacity."""
    at = timezone.now()
    form = EnvironmentForm(request.POST or None, initial={"commissioned_at": at})
    words = {
        "title": _("New environment"),
        "above": _("Environments"),
        "back": reverse("environments:environment-list"),
    }
    if request.method != "POST" or not form.is_valid():
        return _shown(request, form, words)
    said = form.values()
    effort = said.pop("setup_effort_hours")
    first = {name: said.pop(name) for name in form.FIRST_CAPACITY}
    environment = Environment(**said)
    supply.create_environment(environment, **first, setup_effort_hours=effort, by=request.user, at=at)
    return _done(request, environment, _("%s is there.") % environment)


@allow(GET=MANAGE, POST=MANAGE)
def environment_edit(request, key):
    """Change what an environment is."""
    environment = get_object_or_404(Environment, key=key)
    use = EnvironmentUse.objects.filter(environment=environment).first()
    initial = {"setup_effort_hours": use.setup_effort_hours if use else 0}
    words = _words_of(_("Change %s"), environment, environment)

    def write(form, said):
        effort = said.pop("setup_effort_hours")
        with transaction.atomic():
            revision = Revision(environment, form.cleaned_data["version"] or 0, said)
            supply.revise_environments(
                [revision], by=request.user, at=timezone.now(), despite=form.cleaned_data["despite"]
            )
            locked = supply.lock_uses([environment.pk])[environment.pk]
            revise(
                [Revision(locked, locked.version, {"setup_effort_hours": effort})],
                by=request.user,
                at=timezone.now(),
            )
        return Environment.objects.get(pk=environment.pk)

    return _changed(request, EnvironmentForm, environment, write, words, initial=initial)


@allow(GET=MANAGE, POST=MANAGE)
def capacity_create(request, key):
    """Say how many units an environment has from a time on."""
    environment = get_object_or_404(Environment, key=key)
    newest = environment.capacity_steps.order_by("-starts_at").first()
    initial = {"units": newest.units, "hourly_cost": newest.hourly_cost} if newest else {}
    words = _words_of(_("Capacity of %s"), environment, environment)

    def write(form, said):
        step = CapacityStep(environment=environment, **said)
        supply.add_capacity([step], by=request.user, at=timezone.now(), despite=form.cleaned_data["despite"])
        return environment

    return _changed(request, CapacityForm, None, write, words, initial=initial, environment=environment)


@allow(GET=MANAGE, POST=MANAGE)
def capacity_edit(request, key, pk):
    """Correct a capacity step."""
    environment = get_object_or_404(Environment, key=key)
    step = get_object_or_404(CapacityStep, pk=pk, environment=environment)
    words = _words_of(_("Capacity of %s"), environment, environment)

    def write(form, said):
        revision = Revision(step, form.cleaned_data["version"] or 0, said)
        despite = form.cleaned_data["despite"]
        supply.revise_capacity([revision], by=request.user, at=timezone.now(), despite=despite)
        return environment

    return _changed(request, CapacityForm, step, write, words, environment=environment)


@allow(GET=MANAGE, POST=MANAGE)
def outage_create(request, key):
    """Plan an outage, or report one that happened."""
    environment = get_object_or_404(Environment, key=key)
    words = _words_of(_("Outage of %s"), environment, environment)

    def write(form, said):
        outage = Outage(environment=environment, **said)
        despite = form.cleaned_data["despite"]
        supply.plan_outages([outage], by=request.user, at=timezone.now(), despite=despite)
        return environment

    initial = {"starts_at": timezone.now()}
    return _changed(request, OutageForm, None, write, words, initial=initial)


@allow(GET=MANAGE, POST=MANAGE)
def outage_edit(request, pk):
    """Correct an outage."""
    outage = _outage(pk)
    words = _words_of(_("Outage of %s"), outage.environment, outage)

    def write(form, said):
        revision = Revision(outage, form.cleaned_data["version"] or 0, said)
        despite = form.cleaned_data["despite"]
        supply.revise_outages([revision], by=request.user, at=timezone.now(), despite=despite)
        return outage

    return _changed(request, OutageForm, outage, write, words)


@allow(GET=Permission.VIEW)
def outage_detail(request, pk):
    """One outage, and what can be done about it."""
    outage, now = _outage(pk), timezone.now()
    context = {
        "outage": outage,
        "when": period_words(outage.starts_at, outage.ends_at) if outage.ends_at else "",
        "may_manage": request.membership.may(MANAGE),
        "has_begun": outage.starts_at <= now,
        "is_over": outage.ends_at is not None and outage.ends_at <= now,
        "undo_id": undoable(outage, by=request.user),
    }
    return render_page(request, "environments/outage_detail.html", context, partial="outage")


@allow(POST=MANAGE)
def outage_end(request, pk):
    """Say that an outage is over."""
    outage = _outage(pk)
    supply.end_outage(outage, by=request.user, at=timezone.now())
    return _done(request, outage.environment, _("The outage is over."))


@allow(POST=MANAGE)
def outage_withdrawal(request, pk):
    """Drop a planned outage that has not begun."""
    outage = _outage(pk)
    try:
        supply.withdraw_outage(outage, by=request.user, at=timezone.now())
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return go_to(request, outage)
    return _done(request, outage.environment, _("The outage is withdrawn."))


def _words_of(title, environment, above):
    """What the page of a form says: its title, and the page above it, where one goes back to."""
    return {"title": title % environment, "above": above, "back": above.get_absolute_url()}


def _outage(pk):
    return get_object_or_404(Outage.objects.select_related("environment"), pk=pk)


def _changed(request, form_class, row, write, words, *, initial=None, **options):
    """Show a form of a row (None for a new one), or write it and go back; refused and moved come back whole."""
    bare = form_class(row=row, initial=initial, **options)
    if request.method != "POST":
        return _shown(request, bare, words)
    data = take_theirs(request.POST, row, bare) if row is not None else request.POST
    form = form_class(data, row=row, initial=initial, **options)
    if data.get("despite"):
        form.ask_despite()
    if not form.is_valid():
        return _shown(request, form, words)
    try:
        owner = write(form, form.values())
    except Moved as lost:
        return _collided(request, form_class, row, data, lost, words, **options)
    except supply.Displaces as refusal:
        form.add_error(None, refusal)
        form.ask_despite()
        return _shown(request, form, words)
    return _done(request, owner, _("Saved."))


def _shown(request, form, words):
    answer = render_invalid if form.errors else render_page
    return answer(request, TEMPLATE, {"form": form, **words}, partial="form")


def _collided(request, form_class, row, data, lost, words, **options):
    row.refresh_from_db()
    data = data.copy()
    data["version"] = row.version
    context = {
        "form": form_class(data, row=row, **options),
        "conflict": both_values(lost.collisions),
        **words,
    }
    return render_conflict(request, TEMPLATE, context, partial="form")


def _done(request, owner, text):
    messages.success(request, text)
    return go_to(request, owner)
