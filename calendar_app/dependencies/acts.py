"""What the pages offer to do with a dependency, in which state, and who may."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from calendar_app.dependencies import answers, requests
from calendar_app.models import Dependency
from releasemgr.accounts.roles import Permission
from releasemgr.tenancy.days import local_date
from releasemgr.tenancy.scope import current_org

State = Dependency.State


@dataclass(frozen=True)
class Act:
    """A noun in the URL: its word, whether it ``asks`` for something first, and what it does.

    ``is_answer``: the owner of the provider may do it too.
    """

    word: str
    states: tuple
    verb: Callable
    asks: bool = False
    is_answer: bool = True

    def do(self, rows, given, *, by, at):
        """Run the verb with what its form gave."""
        return self.verb(rows, **given, by=by, at=at)


def _waive(rows, *, waived_until, note, by, at):
    today = local_date(at, current_org().zone)
    return requests.waive(rows, until=waived_until, note=note, by=by, at=at, today=today)


ACTS = {
    "acceptance": Act(_("Accept"), (State.REQUESTED,), answers.accept, asks=True),
    "promise": Act(_("Promise another date"), (State.ACCEPTED,), answers.promise_again, asks=True),
    "satisfaction": Act(_("It is there"), requests.ALIVE, answers.satisfy),
    "refusal": Act(_("Refuse"), (State.REQUESTED, State.ACCEPTED), answers.refuse, asks=True),
    "waiver": Act(
        _("Do without for a time"), (State.REQUESTED, State.ACCEPTED), _waive, asks=True, is_answer=False
    ),
    "withdrawal": Act(_("Not needed any more"), requests.ALIVE, requests.withdraw, is_answer=False),
    "request": Act(_("Ask again"), (State.REFUSED, State.WITHDRAWN), requests.ask_again, is_answer=False),
}


def may_answer(dependency, user):
    """Whether a user owns the release that provides it."""
    owner = dependency.provider.owner
    return owner is not None and owner.user_id == user.pk


def acts_for(dependency, request):
    """``[{word, url, is_form}, …]`` of what the member who asks can do with it now."""
    may_plan = request.membership.may(Permission.PLAN_RELEASE)
    is_provider = may_answer(dependency, request.user)
    return [
        {
            "word": act.word,
            "url": reverse(f"calendar:dependency-{noun}", args=[dependency.number]),
            "is_form": act.asks,
        }
        for noun, act in ACTS.items()
        if dependency.state in act.states and (may_plan or (is_provider and act.is_answer))
    ]
