from environments.forms.bookings import BookingForm, MoveForm, RejectionForm, local_text, with_offer
from environments.forms.supply import CapacityForm, EnvironmentForm, OutageForm

__all__ = [
    "BookingForm",
    "CapacityForm",
    "EnvironmentForm",
    "MoveForm",
    "OutageForm",
    "RejectionForm",
    "local_text",
    "with_offer",
]
