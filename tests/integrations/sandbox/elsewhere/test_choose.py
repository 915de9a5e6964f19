"""Who runs custom code is decided by the settings alone; what cannot be meant is refused with the setting's name."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from botyard.integrations.sandbox.elsewhere.aws import Lambda
from botyard.integrations.sandbox.elsewhere.choose import runner_of, tls_of
from botyard.integrations.sandbox.elsewhere.hosts import Hosts
from botyard.integrations.sandbox.runner.client import Sandbox
from botyard.settings import Settings, SettingUnusable
from tests.integrations.sandbox.elsewhere.authority import Authority


@pytest.fixture
def with_certificates(tmp_path: Path) -> Settings:
    """Settings of a server that has what an authority gave it."""
    files = Authority(tmp_path / "ours").client()
    return Settings(runner_cert=str(files.cert), runner_key=str(files.key), runner_ca=str(files.ca))


def chosen(settings: Settings) -> type[object]:
    """Tell what is chosen."""

    async def choose() -> type[object]:
        runner = runner_of(settings)
        await runner.close()
        return type(runner)

    return asyncio.run(choose())


def test_each_setting_has_its_runner(with_certificates: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """None: a runner of our own, on this machine; a path: one that listens there; hosts; a role: AWS Lambda."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert chosen(Settings()) is Sandbox
    assert chosen(Settings(runner="/run/runner.sock")) is Sandbox
    assert chosen(replace(with_certificates, runner_hosts=("127.0.0.1:8443",))) is Hosts
    assert chosen(Settings(lambda_role="arn:aws:iam::1:role/code", lambda_region="eu-central-1")) is Lambda


def test_what_cannot_be_meant_names_its_setting(with_certificates: Settings, tmp_path: Path) -> None:
    """Two places at once, hosts without certificates, files that are none."""
    hosts = replace(with_certificates, runner_hosts=("127.0.0.1:8443",))
    (tmp_path / "no.pem").write_text("nothing")
    wrong = {
        "BOTYARD_LAMBDA_ROLE": replace(hosts, lambda_role="arn"),
        "BOTYARD_RUNNER_CERT must": replace(hosts, runner_cert=None),
        "BOTYARD_RUNNER_KEY must": replace(hosts, runner_key=str(tmp_path / "gone.key")),
        "BOTYARD_RUNNER_CERT, BOTYARD_RUNNER_KEY, BOTYARD_RUNNER_CA": replace(
            hosts, runner_cert=str(tmp_path / "no.pem")
        ),
    }
    for where, settings in wrong.items():
        with pytest.raises(SettingUnusable) as refused:
            chosen(settings)
        assert where.split()[0] in refused.value.sentence


@pytest.mark.parametrize("listen", ["", "8443", ":8443", "0.0.0.0:", "0.0.0.0:http"])
def test_where_to_listen_is_a_host_and_a_port(with_certificates: Settings, listen: str) -> None:
    """Anything else is refused before a process is started."""
    with pytest.raises(SettingUnusable, match="--listen"):
        tls_of(with_certificates, listen)


def test_an_address_of_either_kind_may_be_listened_at(with_certificates: Settings) -> None:
    """Brackets round IPv6 are for the reader."""
    assert [tls_of(with_certificates, one).host for one in ("10.0.0.1:8443", "[::1]:8443")] == ["10.0.0.1", "::1"]
