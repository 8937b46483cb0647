"""Settings of one organisation, under its mount."""

from django.urls import path

from releasemgr.administration import views

app_name = "settings"

urlpatterns = [
    path("", views.organisation, name="organisation"),
    path("members/", views.member_list, name="member-list"),
    path("members/<uuid:pk>/edit/", views.member_edit, name="member-edit"),
    path("members/<uuid:pk>/removal/", views.member_removal, name="member-removal"),
    path("members/<uuid:pk>/password-link/", views.member_password_link, name="member-password-link"),
    path("invitations/", views.invitation_create, name="invitation-create"),
    path("invitations/<uuid:pk>/withdrawal/", views.invitation_withdrawal, name="invitation-withdrawal"),
]
