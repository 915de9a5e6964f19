"""Time zones by name."""

from datetime import UTC

import pytest

from botyard.releases.zones import TimeZoneUnknown, known_zones, zone_named


def test_the_zones_that_are_named_are_there() -> None:
    """UTC needs no table."""
    assert zone_named("UTC") is UTC
    assert {"UTC", "Asia/Kolkata"} <= set(known_zones())
    assert str(zone_named("Asia/Kolkata")) == "Asia/Kolkata"


@pytest.mark.parametrize("name", ["Asia/Kalkata", "", "../../etc/passwd", "/etc/localtime", "x\0y", "a" * 5_000])
def test_a_zone_that_nobody_knows_is_named(name: str) -> None:
    """Whatever a file says, the error is ours, and no other file is read."""
    with pytest.raises(TimeZoneUnknown):
        zone_named(name)
