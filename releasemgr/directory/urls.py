"""The portfolio's pages; the nouns themselves are in `releasemgr.portfolio`."""

from django.urls import path

from releasemgr.directory.views import applications, calendars, nodes, people, projects

app_name = "portfolio"

urlpatterns = [
    path("", nodes.tree, name="tree"),
    path("nodes/new/", nodes.node_create, name="node-create"),
    path("nodes/<uuid:pk>/edit/", nodes.node_edit, name="node-edit"),
    path("nodes/<uuid:pk>/removal/", nodes.node_removal, name="node-removal"),
    # Beside `projects/` and `applications/`, where any word may be a key.
    path("new-project/", projects.project_create, name="project-create"),
    path("projects.csv", projects.project_export, name="project-export"),
    path("projects/", projects.project_list, name="project-list"),
    path("projects/<str:key>/", projects.project_detail, name="project-detail"),
    path("projects/<str:key>/edit/", projects.project_edit, name="project-edit"),
    path("new-application/", applications.application_create, name="application-create"),
    path("applications.csv", applications.application_export, name="application-export"),
    path("applications/", applications.application_list, name="application-list"),
    path("applications/<str:key>/", applications.application_detail, name="application-detail"),
    path("applications/<str:key>/edit/", applications.application_edit, name="application-edit"),
    path(
        "applications/<str:key>/hand-over/",
        applications.application_hand_over,
        name="application-hand-over",
    ),
    path(
        "applications/<str:key>/ownerships/<uuid:pk>/withdrawal/",
        applications.ownership_withdrawal,
        name="ownership-withdrawal",
    ),
    path("applications/<str:key>/dependencies/", applications.dependency_create, name="dependency-create"),
    path(
        "applications/<str:key>/dependencies/<uuid:pk>/removal/",
        applications.dependency_removal,
        name="dependency-removal",
    ),
    path("teams/", people.team_list, name="team-list"),
    path("teams.csv", people.team_export, name="team-export"),
    path("teams/new/", people.team_create, name="team-create"),
    path("teams/<uuid:pk>/", people.team_detail, name="team-detail"),
    path("teams/<uuid:pk>/edit/", people.team_edit, name="team-edit"),
    path("people/", people.person_list, name="person-list"),
    path("people.csv", people.person_export, name="person-export"),
    path("people/new/", people.person_create, name="person-create"),
    path("people/<uuid:pk>/", people.person_detail, name="person-detail"),
    path("people/<uuid:pk>/edit/", people.person_edit, name="person-edit"),
    path("calendars/", calendars.calendar_list, name="calendar-list"),
    path("calendars/new/", calendars.calendar_create, name="calendar-create"),
    path("calendars/<uuid:pk>/", calendars.calendar_detail, name="calendar-detail"),
    path("calendars/<uuid:pk>/edit/", calendars.calendar_edit, name="calendar-edit"),
    path("calendars/<uuid:pk>/exceptions/", calendars.calendar_exception, name="calendar-exception"),
    path("calendar-exceptions/<uuid:pk>/removal/", calendars.exception_removal, name="exception-removal"),
]
