"""UUID version 7: identifiers that sort by the time they were made (RFC 9562, section 5.7)."""

import os
import time
import uuid


def uuid7():
    """A new UUIDv7: 48 bits of Unix milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76 | (random >> 68 & 0xFFF) << 64
    value |= 0b10 << 62 | random & 0x3FFF_FFFF_FFFF_FFFF
    return uuid.UUID(int=value)


def uuid_or_none(text):
    """The UUID that a piece of a URL spells, or None."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
