"""What tests of several rooms share: the stores they run on."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.stores import KIND, SERVER, private_server, remove_what_was_made


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


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def each_store(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run a test once on each kind of database; `tests.stores.url_for` says where."""
    if request.param == "postgresql":
        request.getfixturevalue("postgres")
    os.environ[KIND] = request.param
    yield request.param
    del os.environ[KIND]
