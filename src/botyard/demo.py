"""`botyard demo`: everything on one machine, with the sample bot and its own webhook receiver; nothing stays behind."""

import asyncio
import json
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from msgspec.structs import replace

from botyard.app.bot_folder import beside, files_of
from botyard.app.doors import serve_doors
from botyard.app.reloading import on_every_save
from botyard.app.running import Platform, running
from botyard.bot import layout
from botyard.errors import BotyardError
from botyard.releases.records import has_live_code
from botyard.releases.train import silently
from botyard.releases.watch import Watch
from botyard.settings import DEFAULT, Settings, load
from botyard.studio.deploy import Deployed, Order

HOST = "127.0.0.1"
PORT = 8000
RECEIVER_PORT = 9009  # the address that the sample's bot.yaml names
_PATIENCE_S = 10.0


class DemoCannotStart(BotyardError):
    """The demo needs something that is not there."""

    code = "demo_cannot_start"


async def demo(*, ours: Settings, port: int | None, folder: Path | None, tell: Callable[[str], None]) -> None:
    """Run until Ctrl-C; the database lives in a temporary folder and goes with it.

    ours: what is set here already. port: None takes BOTYARD_PORT, and where nobody set it the usual one, or another if
    somebody has that.
    """
    folder = folder or sample_folder()
    if port is None:
        port = ours.port if ours.origin.get("port", DEFAULT) != DEFAULT else _free_port(PORT)
    _ends_on_sigterm_too()
    with tempfile.TemporaryDirectory(prefix="botyard-demo-") as home:
        async with _receiver() as receiver_port:
            settings = _settings(Path(home), port, receiver_port, folder, ours)
            watch = Watch(folder)  # before the first look, so that no save falls between
            async with running(settings) as platform:
                deployed = await _deploy(platform, folder, receiver_port, new_token=True)
                has_sandbox, sandbox = await platform.custom_code.state(is_needed=await has_live_code(platform.store))
                if not has_sandbox or settings.unsafe_no_sandbox:
                    tell(sandbox)

                async def take_over() -> str:
                    await _deploy(platform, folder, receiver_port, new_token=False)
                    return "What you saved is live."

                async with on_every_save(watch, take_over, tell):
                    await serve_doors(platform, ready=lambda address: tell(welcome(address, deployed)))


def _ends_on_sigterm_too() -> None:
    """While the demo starts, SIGTERM ends it as Ctrl-C does; once it serves, the doors take both over."""
    starting = asyncio.current_task()
    if starting is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, starting.cancel)


def examples_folder() -> Path:
    """Find the examples: inside an installed package, or beside the source in a checkout."""
    installed = Path(__file__).parent / "examples"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "examples"


def sample_folder() -> Path:
    """Find the sample bot."""
    return examples_folder() / "electronics_store"


def welcome(address: str, deployed: Deployed) -> str:
    """Say where everything is and how to try it."""
    chat = f"{address}/chat/{deployed.business_id}"
    headers = f"-H 'client-id: {deployed.client_id}' -H 'Authorization: Bearer {deployed.token}'"
    question = {"user": {"auth_id": "asha"}, "message_body": "how much is the speaker?", "business_id": 0}
    return f"""
Botyard is running; Ctrl-C stops it and leaves nothing behind.

  Chat as a customer   {chat}
  … with the trace     {chat}#builder={deployed.token}
  API                  {address}/openapi.json

The same conversation over the API, in another terminal:

  curl {address}/v1.0/user/ {headers} \\
    -H 'Content-Type: application/json' -d '{{"auth_id": "asha", "name": "Asha Rao"}}'

  curl {address}/v1.0/sync_message_from_user/ {headers} \\
    -H 'Content-Type: application/json' \\
    -d '{json.dumps({**question, "message_type": 0, "business_id": deployed.business_id})}'
"""


def _settings(home: Path, port: int, receiver_port: int, folder: Path, ours: Settings) -> Settings:
    """Everything in one temporary folder; of private addresses, the demo's receiver and what lies beside the bot.

    Of what is set here already, only how custom code is run.
    """
    receivers = (f"{HOST}/32:{receiver_port}", *map(str, beside(folder).egress_allow))
    demos = load(
        {
            "BOTYARD_HOST": HOST,
            "BOTYARD_PORT": str(port),
            "BOTYARD_DATABASE_URL": f"sqlite:///{home / 'botyard.db'}",
            "BOTYARD_EGRESS_ALLOW": ",".join(receivers),
            "BOTYARD_KEY": secrets.token_hex(32),
            "BOTYARD_LOG_FORMAT": "text",
        },
        home,
    )
    names = ("runner", "unsafe_no_sandbox", "code_packages")
    return replace(demos, **{name: getattr(ours, name) for name in names})


async def _deploy(platform: Platform, folder: Path, receiver_port: int, *, new_token: bool) -> Deployed:
    files = files_of(folder)
    if receiver_port != RECEIVER_PORT and layout.BOT in files:
        # The usual port was taken: this run's bot calls the receiver where it is.
        files[layout.BOT] = files[layout.BOT].replace(b":%d" % RECEIVER_PORT, b":%d" % receiver_port)
    order = Order(
        files=files,
        secrets=dict(beside(folder).secrets),
        environment="test",
        new_token=new_token,
        needs_sandbox=False,  # a demo starts wherever Python does; a node that cannot run its code says why
    )
    return await platform.deploy(order, silently)


@asynccontextmanager
async def _receiver() -> AsyncIterator[int]:
    """Run the sample's webhook receiver for as long as the block runs; its port."""
    port = _free_port(RECEIVER_PORT)
    with _running(examples_folder() / "receiver.py", port):
        await _answering(port)
        yield port


@contextmanager
def _running(script: Path, port: int) -> Iterator[None]:
    """Run the receiver in a process of its own, as a customer's would be.

    Nothing is awaited between its start and the promise to end it, so that Ctrl-C cannot come between the two.
    """
    process = subprocess.Popen(  # noqa: S603 - a program of ours
        [sys.executable, str(script), "--port", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _free_port(usual: int) -> int:
    for wanted in (usual, 0):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((HOST, wanted))
            except OSError:
                continue
            port: int = trial.getsockname()[1]
            return port
    raise DemoCannotStart("no port is free on this machine")


async def _answering(port: int) -> None:
    """Wait until the receiver takes connections."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                try:
                    _, writer = await asyncio.open_connection(HOST, port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    return
    except TimeoutError:
        raise DemoCannotStart(f"the sample receiver did not start on port {port} within {_PATIENCE_S:.0f} s") from None
