"""Exception requests."""

from django.urls import path

from calendar_app.views import exceptions

urlpatterns = [
    path("exceptions/", exceptions.exception_list, name="exception-list"),
    path("exceptions/export/", exceptions.exception_export, name="exception-export"),
    path("exceptions/new/", exceptions.exception_create, name="exception-create"),
    path("exceptions/<int:number>/", exceptions.exception_detail, name="exception-detail"),
    path("exceptions/<int:number>/edit/", exceptions.exception_edit, name="exception-edit"),
    path("exceptions/<int:number>/decision/", exceptions.exception_decision, name="exception-decision"),
    path("exceptions/<int:number>/withdrawal/", exceptions.exception_withdrawal, name="exception-withdrawal"),
]
