"""When a provider plans to have what is needed, and what of that comes too late."""

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from calendar_app.models import Gate, Release

# The day on which the provider plans to have it: that of its gate, otherwise that of its go-live.
FORECAST = Coalesce("provider_gate__planned_date", "provider__target_date")
GIVEN_UP = Q(provider__status=Release.Status.CANCELLED) | Q(provider_gate__state=Gate.State.CANCELLED)
TOO_LATE = Q(promised_on__gt=F("needed_by")) | Q(forecast__gt=F("needed_by"))  # of rows annotated with it


def is_given_up(dependency):
    """Whether the provider, or its gate, was cancelled."""
    gate = dependency.provider_gate
    return dependency.provider.status == Release.Status.CANCELLED or (
        gate is not None and gate.state == Gate.State.CANCELLED
    )
