"""Questions about what exists, who owns it and what needs what."""

from django.db.models import Count, OuterRef, Q, Subquery

from releasemgr.portfolio.models import Application, ApplicationDependency, Ownership, Person, Project, Team


def person_of(user):
    """The Person that stands for an account in this organisation; None when there is none."""
    return Person.objects.filter(user_id=user.pk).first()


def projects_for_list():
    """Projects with what their list shows, in order of name."""
    return Project.objects.select_related("portfolio", "team", "lead").order_by("name", "pk")


def applications_for_list(*, at):
    """Applications with the key and name of the project that owns them at an instant (``project_key``, ``project_name``)."""
    running = Ownership.objects.at(at).filter(application=OuterRef("pk"))
    return (
        Application.objects.select_related("owner")
        .annotate(
            project_key=Subquery(running.values("project__key")[:1]),
            project_name=Subquery(running.values("project__name")[:1]),
        )
        .order_by("name", "pk")
    )


def owned_by(project, *, at):
    """The running ownerships of a project at an instant, with their applications."""
    return (
        Ownership.objects.at(at)
        .filter(project=project)
        .select_related("application")
        .order_by("application__name", "pk")
    )


def ownership_history(application):
    """Every ownership of an application with its project, newest first."""
    return (
        Ownership.objects.filter(application=application)
        .select_related("project")
        .order_by("-starts_at", "-pk")
    )


def needs_of(application):
    """What an application needs to work: its dependencies with the applications."""
    return (
        ApplicationDependency.objects.filter(application=application)
        .select_related("needs")
        .order_by("needs__name", "pk")
    )


def needed_by(application):
    """What needs this application: the dependencies on it with the applications."""
    return (
        ApplicationDependency.objects.filter(needs=application)
        .select_related("application")
        .order_by("application__name", "pk")
    )


def teams_for_list():
    """Teams with how many people and active projects they have (``people_count``, ``project_count``)."""
    return Team.objects.annotate(
        people_count=Count("people", distinct=True),
        project_count=Count("projects", distinct=True, filter=Q(projects__status=Project.Status.ACTIVE)),
    ).order_by("name", "pk")


def people_for_list():
    """People with their teams."""
    return Person.objects.select_related("team").order_by("name", "pk")
