"""What tests of several rooms share: the stores they run on, loggers that can be set up again, no stopwatch."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings

from botyard.store.commit import OpenStore
from botyard.store.opening import bring_up_to_date, open_store
from tests.redis_servers import PrivateRedis, private_redis
from tests.stores import KIND, SERVER, private_server, remove_what_was_made, url_for

# A machine that is busy with something else turns no test red.
settings.register_profile("without a stopwatch", deadline=None)
settings.load_profile("without a stopwatch")


@pytest.fixture(scope="session", autouse=True)
def _loggers_keep_nothing() -> Iterator[None]:
    """Without this a server that ran in this process would settle the form of lines for every test after it."""
    configure = structlog.configure

    def configured(**how: Any) -> None:
        configure(**how | {"cache_logger_on_first_use": False})

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(structlog, "configure", configured)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server; a test that needs one says so loudly where there is none."""
    with ExitStack() as stack:
        if SERVER not in os.environ:
            try:
                os.environ[SERVER] = stack.enter_context(private_server())
            except (OSError, TimeoutError) as error:
                pytest.skip(f"NOT TESTED ON POSTGRESQL: {error}; or set {SERVER}")
            stack.callback(os.environ.pop, SERVER)
        else:
            stack.callback(remove_what_was_made)
        yield os.environ[SERVER]


@pytest.fixture
def redis() -> Iterator[PrivateRedis]:
    """A Redis that may be killed; a test that needs one says so loudly where there is none."""
    try:
        with private_redis() as one:
            yield one
    except FileNotFoundError as error:
        pytest.skip(f"NOT TESTED ON REDIS: {error}")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[OpenStore]:
    """A fresh database of the kind this test runs on."""
    url = url_for(tmp_path / "b.db")
    bring_up_to_date(url)
    database = open_store(url)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def each_store(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run a test once on each kind of database; `tests.stores.url_for` says where."""
    if request.param == "postgresql":
        request.getfixturevalue("postgres")
    os.environ[KIND] = request.param
    yield request.param
    del os.environ[KIND]
