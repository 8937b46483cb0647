"""Items: what figures need of each fact, built by one SQL statement per entity for one fact, a batch or all."""

from reporting.items import bookings, capacity, deployments, exceptions, gates, releases
from reporting.items.source import Source

SOURCES: dict[str, Source] = {
    source.entity: source
    for source in (
        deployments.SOURCE,
        releases.SOURCE,
        gates.SOURCE,
        bookings.SOURCE,
        capacity.SOURCE,
        exceptions.SOURCE,
    )
}
