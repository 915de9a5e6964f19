"""Time zones by name, as this machine knows them (its own tables, or the package tzdata)."""

from collections.abc import Collection
from datetime import UTC, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from botyard.errors import BotyardError


class TimeZoneUnknown(BotyardError):
    """A bot lives in a time zone that this machine has no table of: another machine checked it."""

    code = "time_zone_unknown"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"this machine does not know the time zone {name!r}; install the system's package tzdata", zone=name
        )


def zone_named(name: str) -> tzinfo:
    """Find a zone, as Asia/Kolkata. Raises TimeZoneUnknown."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise TimeZoneUnknown(name) from error


@cache
def known_zones() -> Collection[str]:
    """Name every zone there is; looked up on disk once."""
    return frozenset({"UTC", *available_timezones()})
