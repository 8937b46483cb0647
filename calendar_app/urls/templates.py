"""Templates, and what is planned from them."""

from django.urls import path

from calendar_app.views import building, offers, template_sections, templates

urlpatterns = [
    path("templates/", templates.template_list, name="template-list"),
    path("templates/new/", templates.template_create, name="template-create"),
    path("templates/<uuid:pk>/", templates.template_detail, name="template-detail"),
    path("templates/<uuid:pk>/edit/", templates.template_edit, name="template-edit"),
    path("templates/<uuid:pk>/copy/", templates.template_copy, name="template-copy"),
    path("templates/<uuid:pk>/draft/", templates.template_draft, name="template-draft"),
    path("templates/<uuid:pk>/publication/", templates.template_publication, name="template-publication"),
    path("templates/<uuid:pk>/offers/", offers.template_offers, name="template-offers"),
    path("templates/<uuid:pk>/discard/", templates.template_discard, name="template-discard"),
    path("templates/<uuid:pk>/retirement/", templates.template_retirement, name="template-retirement"),
    path(
        "templates/<uuid:pk>/draft/<slug:section>/",
        template_sections.template_section,
        name="template-section",
    ),
    path("starters/<slug:starter>/adoption/", templates.starter_adoption, name="starter-adoption"),
    path("from-template/", building.release_build, name="release-build"),
    path("releases/<int:number>/attachment/", building.release_attachment, name="release-attachment"),
    path("releases/<int:number>/detachment/", building.release_detachment, name="release-detachment"),
]
