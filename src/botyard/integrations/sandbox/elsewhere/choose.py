"""Who runs custom code, by the settings: AWS Lambda, runners on other machines, or one on this."""

import ssl
from pathlib import Path

from botyard.integrations.sandbox.elsewhere.aws import Account, Lambda
from botyard.integrations.sandbox.elsewhere.hosts import Credentials, Hosts
from botyard.integrations.sandbox.ports import RunsCode
from botyard.integrations.sandbox.runner.client import Sandbox
from botyard.integrations.sandbox.runner.door import Tls
from botyard.settings import Settings, SettingUnusable


def runner_of(settings: Settings, *, has_network: bool = True) -> RunsCode:
    """Choose. has_network: of a runner of our own. Raises SettingUnusable, NoBoto."""
    if settings.lambda_role:
        return Lambda(_account(settings, settings.lambda_role))
    if settings.runner_hosts:
        return _hosts(settings)
    path = Path(settings.runner) if settings.runner else None
    return Sandbox(path, is_unsafe=settings.unsafe_no_sandbox, has_network=has_network)


def tls_of(settings: Settings, listen: str) -> Tls:
    """Say how a runner serves other machines. listen: HOST:PORT. Raises SettingUnusable."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal():
        raise SettingUnusable(where="--listen", expected="HOST:PORT, such as 0.0.0.0:8443")
    files = _files(settings)
    return Tls(host.strip("[]"), int(port), str(files.cert), str(files.key), str(files.ca))


def _account(settings: Settings, role: str) -> Account:
    if settings.runner_hosts:
        raise SettingUnusable(where="BOTYARD_LAMBDA_ROLE", expected="nothing where BOTYARD_RUNNER_HOSTS is set")
    return Account(
        role,
        region=settings.lambda_region,
        prefix=settings.lambda_prefix,
        concurrency=settings.lambda_concurrency,
        endpoint=settings.lambda_endpoint,
    )


def _hosts(settings: Settings) -> Hosts:
    try:
        return Hosts(settings.runner_hosts, _files(settings))
    except ssl.SSLError as error:
        where = "BOTYARD_RUNNER_CERT, BOTYARD_RUNNER_KEY, BOTYARD_RUNNER_CA"
        raise SettingUnusable(where=where, expected="a certificate, its key and an authority's, in PEM") from error


def _files(settings: Settings) -> Credentials:
    return Credentials(
        _file("BOTYARD_RUNNER_CERT", settings.runner_cert),
        _file("BOTYARD_RUNNER_KEY", settings.runner_key),
        _file("BOTYARD_RUNNER_CA", settings.runner_ca),
    )


def _file(variable: str, path: str | None) -> Path:
    if path is None or not Path(path).is_file():
        raise SettingUnusable(where=variable, expected="the path of a file that can be read, for runners elsewhere")
    return Path(path).absolute()
