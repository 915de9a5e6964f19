"""Settings come from three places, the later wins, and a bad one is named without being quoted."""

from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.setting_values import PrivateReceiver
from botyard.settings import Settings, SettingUnusable, load

KEY = "0123456789abcdef" * 4
CANARY = "hunter2-canary"


def test_defaults_stand_where_nobody_says_anything(tmp_path: Path) -> None:
    """An empty folder and an empty environment give the defaults, each known as one."""
    settings = load({}, tmp_path)
    assert (settings.host, settings.port, settings.database_url) == ("127.0.0.1", 8000, "sqlite:///botyard.db")
    assert settings.rate_limit is True
    assert set(settings.origin.values()) == {"default"}


def test_the_environment_wins_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    """Each value remembers the place it came from."""
    file = tmp_path / "botyard.toml"
    file.write_text('host = "0.0.0.0"\nport = 9000\n[secrets]\nPRICE = "file"\nOTHER = "file"\n')
    settings = load({"BOTYARD_PORT": "9001", "BOTYARD_SECRET_PRICE": "environment"}, tmp_path)
    assert (settings.host, settings.port) == ("0.0.0.0", 9001)  # noqa: S104 - nothing is bound
    assert dict(settings.secrets) == {"PRICE": "environment", "OTHER": "file"}
    assert settings.origin["host"] == str(file)
    assert settings.origin["port"] == "BOTYARD_PORT"
    assert settings.origin["secrets.PRICE"] == "BOTYARD_SECRET_PRICE"


def test_the_file_may_be_named_and_must_then_exist(tmp_path: Path) -> None:
    """A path of a file is read as it is; a missing one is an error, not an empty file."""
    (tmp_path / "mine.toml").write_text("port = 7")
    assert load({}, tmp_path / "mine.toml").port == 7
    with pytest.raises(SettingUnusable, match=r"missing\.toml"):
        load({}, tmp_path / "missing.toml")


def test_an_empty_variable_sets_nothing(tmp_path: Path) -> None:
    """Compose files hand over empty variables for what is not set."""
    assert load({"BOTYARD_REDIS_URL": "", "BOTYARD_PORT": " "}, tmp_path) == load({}, tmp_path)


def test_private_receivers_are_networks_with_a_port(tmp_path: Path) -> None:
    """The list is the same from the environment and from the file, IPv6 included."""
    (tmp_path / "botyard.toml").write_text('egress_allow = ["127.0.0.1:9009", "fd00::/8:80"]')
    both = (
        PrivateReceiver(ip_network("127.0.0.1/32"), 9009),
        PrivateReceiver(ip_network("fd00::/8"), 80),
    )
    assert load({}, tmp_path).egress_allow == both
    assert load({"BOTYARD_EGRESS_ALLOW": "127.0.0.1/32:9009, [fd00::]/8:80"}, tmp_path).egress_allow == both


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("BOTYARD_PORT", "80 80", "port number"),
        ("BOTYARD_PORT", "65536", "port number"),
        ("BOTYARD_PORT", "-1", "port number"),
        ("BOTYARD_PORT", "٣", "port number"),
        ("BOTYARD_DATABASE_URL", "mysql://x", "sqlite:///"),
        ("BOTYARD_REDIS_URL", "http://x", "redis://"),
        ("BOTYARD_EGRESS_ALLOW", "localhost:80", "CIDR:port"),
        ("BOTYARD_TRUSTED_PROXIES", "*", "CIDRs"),
        ("BOTYARD_TRUSTED_PROXIES", "proxy.example", "CIDRs"),
        ("BOTYARD_TRUSTED_PROXIES", "10.0.0.1/8", "CIDRs"),
        ("BOTYARD_EGRESS_ALLOW", "10.0.0.1/8:80", "CIDR:port"),
        ("BOTYARD_EGRESS_ALLOW", "10.0.0.0/8:0", "CIDR:port"),
        ("BOTYARD_EGRESS_ALLOW", "10.0.0.0/8", "CIDR:port"),
        ("BOTYARD_KEY", "abc", "64 hex digits"),
        ("BOTYARD_RATE_LIMIT", "maybe", "on or off"),
        ("BOTYARD_LOG_FORMAT", "xml", "json or text"),
    ],
)
def test_a_bad_variable_is_named_with_what_is_expected(
    tmp_path: Path, variable: str, value: str, expected: str
) -> None:
    """Who reads the error knows which variable to mend and how."""
    with pytest.raises(SettingUnusable) as refused:
        load({variable: value}, tmp_path)
    assert refused.value.sentence.startswith(f"{variable}: expected ")
    assert expected in refused.value.sentence


@pytest.mark.parametrize(
    "content",
    [
        "port = 'x'",
        "port = true",
        "port = 1.0",
        "prot = 1",
        "secrets = 1",
        "[secrets]\nA = 1",
        "a = ",
        "host = 1",
        "\xff",
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, content: str) -> None:
    """A wrong type, an unknown key and broken TOML all name the file."""
    (tmp_path / "botyard.toml").write_bytes(content.encode("latin-1"))
    with pytest.raises(SettingUnusable, match=r"botyard\.toml"):
        load({}, tmp_path)


@pytest.mark.parametrize("name", ["KEY", "DATABASE_URL", "REDIS_URL", "EGRESS_ALLOW", "PORT", "RATE_LIMIT"])
def test_a_refused_value_is_never_quoted(tmp_path: Path, name: str) -> None:
    """A secret pasted into the wrong variable stays out of the error, of its facts and of the traceback."""
    with pytest.raises(SettingUnusable) as refused:
        load({f"BOTYARD_{name}": CANARY}, tmp_path)
    error = refused.value
    assert CANARY not in f"{error.sentence}{error.facts}{error.__cause__!r}"
    assert error.__suppress_context__


def test_secrets_are_never_printed(tmp_path: Path) -> None:
    """Neither a repr nor the list for people shows a key, a secret or a password in a URL."""
    (tmp_path / "botyard.toml").write_text(f'[secrets]\nA = "{CANARY}"')
    environ = {
        "BOTYARD_KEY": KEY,
        "BOTYARD_SECRET_B": CANARY,
        "BOTYARD_DATABASE_URL": f"postgresql://me:{CANARY}@db/name?password={CANARY}",
        "BOTYARD_REDIS_URL": f"redis://:{CANARY}@cache:6379/0",
    }
    settings = load(environ, tmp_path)
    printed = f"{settings!r}{settings}{settings.shown()}{settings.secrets!r}"
    assert CANARY not in printed
    assert KEY not in printed
    assert "postgresql://db/name" in printed
    assert settings.secrets["A"] == settings.secrets["B"] == CANARY


@given(st.text(), st.sampled_from(["HOST", "PORT", "DATABASE_URL", "EGRESS_ALLOW", "KEY", "RATE_LIMIT", "LOG_FORMAT"]))
def test_any_text_in_a_variable_is_taken_or_refused(value: str, name: str) -> None:
    """Whatever an operator types, the answer is settings or a SettingUnusable, never another error."""
    with suppress(SettingUnusable):
        assert isinstance(load({f"BOTYARD_{name}": value}, Path(__file__).parent), Settings)
