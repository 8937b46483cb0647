from django.urls import path

from reporting import views

app_name = "reporting"

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("views/", views.scope_view, name="scope-view"),
    path("kpis/", views.kpi_list, name="kpi-list"),
    path("kpis/<slug:slug>/", views.kpi_detail, name="kpi-detail"),
    path("kpis/<slug:slug>/members/", views.kpi_matrix, name="kpi-matrix"),
    path("kpis/<slug:slug>/rows/", views.kpi_rows, name="kpi-rows"),
    path("kpis/<slug:slug>/rows.csv", views.kpi_rows_export, name="kpi-rows-export"),
    path("quarantine/", views.quarantine_list, name="quarantine"),
]
