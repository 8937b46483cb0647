"""The KPIs of the product.  A new one: a module here, a line in the list, a test."""

from reporting.kpis import (
    booking_wait,
    deployment_frequency,
    environment_utilisation,
    exception_count,
    gate_first_pass,
    release_on_time,
    release_variance,
)
from reporting.kpis.definition import Good, Kpi

KPIS: dict[str, Kpi] = {
    module.KPI.key: module.KPI
    for module in (
        release_on_time,
        release_variance,
        deployment_frequency,
        gate_first_pass,
        environment_utilisation,
        booking_wait,
        exception_count,
    )
}

__all__ = ["KPIS", "Good", "Kpi"]
