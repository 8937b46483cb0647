"""How much of what is offered is reserved, per environment and per day or week of a period."""

from collections import defaultdict

from releasemgr.tenancy.days import day_start


class Usage:
    """Reserved and offered unit-seconds of a period, by environment and by bucket."""

    def __init__(self, buckets):
        self.buckets = buckets
        self.reserved = defaultdict(lambda: [0.0] * len(buckets))
        self.offered = defaultdict(lambda: [0.0] * len(buckets))

    def of(self, environment_id):
        """Reserved share of one environment over the whole period; None where nothing is offered."""
        return _share(sum(self.reserved[environment_id]), sum(self.offered[environment_id]))

    def total(self):
        """``((start, end), share)`` of all environments, bucket by bucket."""
        reserved = [sum(column) for column in zip(*self.reserved.values(), strict=True)]
        offered = [sum(column) for column in zip(*self.offered.values(), strict=True)]
        shares = [_share(taken, there) for taken, there in zip(reserved, offered, strict=True)]
        return list(zip(self.buckets, shares, strict=False))


def usage(period, supplies, loads):
    """The Usage of supplies (environment id -> Supply) by loads (environment id -> list of Load)."""
    zone = period.zone
    buckets = [(day_start(first, zone), day_start(last, zone)) for first, last in period.buckets()]
    found = Usage(buckets)
    stamps = [(start.timestamp(), end.timestamp()) for start, end in buckets]
    for pk, supply in supplies.items():
        found.offered[pk] = [_offered(supply, *bucket) for bucket in _bounds(supply, buckets)]
        reserved = found.reserved[pk]
        for load in loads.get(pk, ()):
            units = max(load.units, supply.at(load.starts_at)) if load.is_exclusive else load.units
            _add(reserved, stamps, load.starts_at.timestamp(), load.ends_at.timestamp(), units)
    return found


def _add(reserved, stamps, start, end, units):
    for index, (left, right) in enumerate(stamps):
        if left >= end:
            return
        if right > start:
            reserved[index] += units * (min(end, right) - max(start, left))


def _bounds(supply, buckets):
    """Each bucket with the instants inside it at which the offer changes."""
    changes = sorted(set(supply.changes()))
    if not any(buckets[0][0] < change < buckets[-1][1] for change in changes):
        constant = supply.at(buckets[0][0])
        yield from ((start, end, (), constant) for start, end in buckets)
        return
    for start, end in buckets:
        yield start, end, [change for change in changes if start < change < end], supply.at(start)


def _offered(supply, start, end, changes, units):
    """Unit-seconds offered in a bucket."""
    total, since = 0.0, start
    for change in changes:
        total += units * (change - since).total_seconds()
        units, since = supply.at(change), change
    return total + units * (end - since).total_seconds()


def _share(reserved, offered):
    return reserved / offered if offered else None
