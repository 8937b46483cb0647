"""The conflict rules of environments, for the engine of the calendar."""

OVER_CAPACITY = "booking_over_capacity"
OVER_OUTAGE = "booking_over_outage"
