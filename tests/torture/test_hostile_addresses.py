"""The verdict over hostile addresses can be red; that it is not, tests/integrations/test_every_address.py says."""

from tests.torture.hostile_addresses import judged

SEEN = {"8.8.8.8": 1, "10.1.2.3": 1}


def test_a_connection_to_a_forbidden_address_is_a_crime_and_so_is_a_count_that_sees_nothing() -> None:
    """Public addresses may be reached; an answer that no refusal is, or friends that were not counted, are found."""
    assert not judged({"8.8.8.8": 3}, {"address_refused": 5}, SEEN)
    assert judged({"10.0.0.1": 2}, {"answered": 2}, {}) == {
        "connections to a forbidden address": 2, "answered answered": 2, "public addresses not seen": 1,
    }  # fmt: skip
