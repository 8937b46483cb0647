"""Gates and their decisions."""

from django.urls import path

from calendar_app.gates.rounds import STEPS
from calendar_app.views import gates

urlpatterns = [
    path("releases/<int:number>/gates/new/", gates.gate_create, name="gate-create"),
    path("gates/<uuid:pk>/", gates.gate_detail, name="gate-detail"),
    path("gates/<uuid:pk>/edit/", gates.gate_edit, name="gate-edit"),
    path("gates/<uuid:pk>/decision/", gates.gate_decision, name="gate-decision"),
    *[
        path(f"gates/<uuid:pk>/{noun}/", gates.gate_step, {"noun": noun}, name=f"gate-{noun}")
        for noun in (*STEPS, "cancellation")
    ],
]
