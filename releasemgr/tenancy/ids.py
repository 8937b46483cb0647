"""UUID version 7: identifiers that sort by the time they were made (RFC 9562, section 5.7)."""

import os
import time
import uuid


def uuid7():
    """A new UUIDv7: 48 bits of Unix milliseconds, 12 bits of what is beyond them, 62 random bits.

    The fraction (RFC 9562, section 6.2, method 3) keeps ids of one process in the order they were made.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76 | (nanoseconds * 4096 // 1_000_000) << 64
    value |= 0b10 << 62 | int.from_bytes(os.urandom(8), "big") >> 2
    return uuid.UUID(int=value)


def uuid_or_none(text):
    """The UUID that a piece of a URL spells, or None."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
