"""Which addresses may be called: never, when the operator lists them, or always."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.integrations.addresses import is_public, refusal
from botyard.setting_values import PrivateReceiver
from tests.integrations.address_corpus import NEVER, NO_ADDRESS, PRIVATE, PUBLIC

EVERYTHING = tuple(PrivateReceiver(ip_network(network), 443) for network in ("0.0.0.0/0", "::/0"))
addresses = st.ip_addresses() | st.sampled_from([*NEVER, *PRIVATE, *PUBLIC]).map(ip_address)


@pytest.mark.parametrize("host", NEVER)
def test_some_addresses_are_never_called(host: str) -> None:
    """Metadata, link-local, multicast: not even if the operator lists the whole world."""
    for is_plain in (False, True):
        assert "never called" in (refusal(host, 443, EVERYTHING, is_plain=is_plain) or "")
    assert not is_public(ip_address(host))


@pytest.mark.parametrize("host", PRIVATE)
def test_private_addresses_are_called_only_if_the_operator_lists_them(host: str) -> None:
    """On the listed port, then by plain http too."""
    assert "private network" in (refusal(host, 443, (), is_plain=False) or "")
    assert refusal(host, 443, EVERYTHING, is_plain=False) is None
    assert refusal(host, 443, EVERYTHING, is_plain=True) is None
    assert refusal(host, 444, EVERYTHING, is_plain=False) is not None


@pytest.mark.parametrize("host", PUBLIC)
def test_public_addresses_are_called_by_https_on_usual_ports(host: str) -> None:
    """Plain http and other ports only where the operator lists them."""
    assert refusal(host, 443, (), is_plain=False) is None
    assert refusal(host, 80, (), is_plain=False) is None
    assert "port 22" in (refusal(host, 22, (), is_plain=False) or "")
    assert "https" in (refusal(host, 80, (), is_plain=True) or "")
    assert refusal(host, 443, EVERYTHING, is_plain=True) is None


@pytest.mark.parametrize("host", NO_ADDRESS)
def test_what_is_no_address_is_not_called(host: str) -> None:
    """Nothing is guessed: the system's resolver would read some of these as 127.0.0.1."""
    assert refusal(host, 443, EVERYTHING, is_plain=False) == "it is no address"


def test_an_allowance_is_for_its_network_and_its_port() -> None:
    """The neighbours stay closed."""
    allow = (PrivateReceiver(ip_network("10.1.0.0/16"), 8080), PrivateReceiver(ip_network("::1/128"), 9009))
    assert refusal("10.1.2.3", 8080, allow, is_plain=True) is None
    assert refusal("::ffff:10.1.2.3", 8080, allow, is_plain=True) is None
    assert refusal("::1", 9009, allow, is_plain=True) is None
    assert refusal("10.2.0.1", 8080, allow, is_plain=True) is not None
    assert refusal("10.1.2.3", 443, allow, is_plain=True) is not None


@given(addresses, st.integers(1, 65535), st.booleans())
def test_what_python_calls_private_is_never_called_unlisted(address: object, port: int, is_plain: bool) -> None:  # noqa: FBT001 - Hypothesis draws it
    """Our list is at least as strict as the standard library's, which knows the registries."""
    found = ip_address(str(address))
    if refusal(str(found), port, (), is_plain=is_plain) is None:
        assert found.is_global or (found.version == 6 and found.ipv4_mapped is not None and found.ipv4_mapped.is_global)
        assert port in (80, 443)
        assert not is_plain


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")), st.integers())
def test_any_text_gets_an_answer(host: str, port: int) -> None:
    """Classification never raises."""
    refusal(host, port, EVERYTHING, is_plain=True)
