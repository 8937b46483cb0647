from django.urls import path

from improvement import views

app_name = "improvement"

urlpatterns = [
    path("charts/", views.chart_list, name="chart-list"),
    path("charts/<slug:slug>/", views.chart, name="chart"),
    path("charts/<slug:slug>/baselines/new/", views.baseline_create, name="baseline-create"),
    path("charts/<slug:slug>/actions/new/", views.action_create, name="action-create"),
    path("baselines/<uuid:pk>/", views.baseline_edit, name="baseline-edit"),
    path("actions/", views.action_list, name="action-list"),
    path("actions/<int:number>/", views.action_detail, name="action-detail"),
    path("actions/<int:number>/edit/", views.action_edit, name="action-edit"),
]
