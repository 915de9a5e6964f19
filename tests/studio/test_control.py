"""Orders over the control socket of a running server."""

import asyncio
import tempfile
from pathlib import Path

import pytest

from botyard.releases.train import Progress, silently
from botyard.studio.control import ask, listening, socket_path
from botyard.studio.exchange import Exported, ExportOrder
from botyard.studio.orders import AnyOrder


def test_an_order_is_carried_out_and_its_progress_told(tmp_path: Path) -> None:
    """By the process that listens."""

    async def test() -> None:
        async def handle(order: AnyOrder, progress: Progress) -> Exported:
            assert order == ExportOrder("shop")
            await progress("half way")
            return Exported("shop", 1, is_live=True, files={})

        told: list[str] = []

        async def tell(sentence: str) -> None:
            told.append(sentence)

        async with listening(tmp_path / "s", handle):
            found = await ask(tmp_path / "s", ExportOrder("shop"), tell, Exported)
        assert found == Exported("shop", 1, is_live=True, files={})
        assert told == ["half way"]

    asyncio.run(test())


def test_whoever_goes_away_gives_the_order_up(tmp_path: Path) -> None:
    """Ctrl-C at `botyard deploy` ends the training in the server."""

    async def test() -> None:
        began, given_up = asyncio.Event(), asyncio.Event()

        async def handle(_order: AnyOrder, _progress: Progress) -> Exported:
            began.set()
            try:
                await asyncio.Event().wait()
            finally:
                given_up.set()
            raise AssertionError("nobody let it go on")

        async with listening(tmp_path / "s", handle):
            asking = asyncio.create_task(ask(tmp_path / "s", ExportOrder("shop"), silently, Exported))
            await began.wait()
            asking.cancel()
            async with asyncio.timeout(5):
                await given_up.wait()

    asyncio.run(test())


def test_a_socket_is_to_be_had_however_long_the_path_of_temporary_files_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A socket's path may have a hundred bytes."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("long" * 40)))

    async def test() -> None:
        async def handle(_order: AnyOrder, _progress: Progress) -> Exported:
            return Exported("shop", 1, is_live=True, files={})

        where = socket_path(tmp_path / "botyard.db")
        async with listening(where, handle):
            assert (await ask(where, ExportOrder("shop"), silently, Exported)).bot == "shop"

    asyncio.run(test())
