"""Teams and people."""

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from releasemgr.accounts.guards import allow
from releasemgr.accounts.models import User
from releasemgr.accounts.roles import Permission
from releasemgr.changes.pages import form_page, posted
from releasemgr.changes.revisions import undoable
from releasemgr.directory.filters import PersonFilter, TeamFilter
from releasemgr.directory.forms import PersonForm, TeamForm
from releasemgr.directory.lists import list_export, list_page
from releasemgr.portfolio.models import Person, Team
from releasemgr.portfolio.queries import people_for_list, teams_for_list
from releasemgr.tenancy.ids import uuid_or_none

TEAM_FORM, PERSON_FORM = "portfolio/teams/form.html", "portfolio/people/form.html"
TEAM_COLUMNS = {"name": "name", "people": "people_count", "projects": "project_count"}
PERSON_COLUMNS = {"name": "name", "team": "team__name", "email": "email"}
MANAGE = {"GET": Permission.MANAGE_PORTFOLIO, "POST": Permission.MANAGE_PORTFOLIO}


@allow(GET=Permission.VIEW)
def team_list(request):
    """All teams with how many people and active projects they have."""
    return list_page(
        request,
        "portfolio/teams/list.html",
        rows=teams_for_list(),
        filtered_by=TeamFilter,
        columns=TEAM_COLUMNS,
    )


@allow(GET=Permission.VIEW)
def team_export(request):
    """The filtered teams as CSV."""
    return list_export(
        request,
        "teams",
        rows_of=teams_for_list,
        filtered_by=TeamFilter,
        columns=TEAM_COLUMNS,
        header=["name", "people", "active_projects"],
        cells=lambda team: [team.name, team.people_count, team.project_count],
    )


@allow(GET=Permission.VIEW)
def team_detail(request, pk):
    """One team: its people and its projects."""
    team = get_object_or_404(Team.objects, pk=pk)
    context = {
        "team": team,
        "people": team.people.order_by("name", "pk"),
        "projects": team.projects.order_by("name", "pk"),
        "undo_id": undoable(team, by=request.user),
    }
    return render(request, "portfolio/teams/detail.html", context)


@allow(**MANAGE)
def team_create(request):
    """A new team."""
    return form_page(request, TeamForm(posted(request)), TEAM_FORM, {}, said=_("The team was added."))


@allow(**MANAGE)
def team_edit(request, pk):
    """Rename a team."""
    team = get_object_or_404(Team.objects, pk=pk)
    form = TeamForm(posted(request), instance=team)
    return form_page(request, form, TEAM_FORM, {"team": team}, said=_("The team was saved."))


@allow(GET=Permission.VIEW)
def person_list(request):
    """All people with their teams."""
    return list_page(
        request,
        "portfolio/people/list.html",
        rows=people_for_list(),
        filtered_by=PersonFilter,
        columns=PERSON_COLUMNS,
    )


@allow(GET=Permission.VIEW)
def person_export(request):
    """The filtered people as CSV."""
    return list_export(
        request,
        "people",
        rows_of=people_for_list,
        filtered_by=PersonFilter,
        columns=PERSON_COLUMNS,
        header=["name", "email", "team", "time_zone", "has_account"],
        cells=_cells,
    )


@allow(GET=Permission.VIEW)
def person_detail(request, pk):
    """One person: team, account, and what they lead and own."""
    person = get_object_or_404(people_for_list(), pk=pk)
    context = {
        "person": person,
        "account": User.objects.filter(pk=person.user_id).first() if person.user_id else None,
        "projects": person.projects_led.order_by("name", "pk"),
        "applications": person.applications_owned.order_by("name", "pk"),
        "undo_id": undoable(person, by=request.user),
    }
    return render(request, "portfolio/people/detail.html", context)


@allow(**MANAGE)
def person_create(request):
    """A new person, in the team named by ``?team=``."""
    form = PersonForm(posted(request), initial={"team": uuid_or_none(request.GET.get("team", ""))})
    return form_page(request, form, PERSON_FORM, {}, said=_("The person was added."))


@allow(**MANAGE)
def person_edit(request, pk):
    """Change a person."""
    person = get_object_or_404(Person.objects, pk=pk)
    form = PersonForm(posted(request), instance=person)
    return form_page(request, form, PERSON_FORM, {"person": person}, said=_("The person was saved."))


def _cells(person):
    team = person.team.name if person.team else ""
    return [person.name, person.email, team, person.time_zone, "yes" if person.user_id else "no"]
