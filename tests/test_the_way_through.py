"""The whole way with nothing in place of anything: folder, server, HTTP, database, signed webhook, and back."""

import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import SAMPLE, Client, Server, botyard, free_port, receiver, serving

EACH_STORE = pytest.mark.usefixtures("each_store")

SPEAKER = "The Wireless Radio Alarm Clock Speaker can be yours for only Rs. 1599"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """The sample with a receiver of its own port, in a folder of its own; its receiver runs."""
    home = tmp_path_factory.mktemp("shop")
    port = free_port()
    folder = home / "bots" / "electronics_store"
    shutil.copytree(SAMPLE, folder)
    shutil.copy(SAMPLE.parent / "botyard.toml", home / "bots" / "botyard.toml")
    text = (folder / "bot.yaml").read_text()
    assert ":9009" in text
    (folder / "bot.yaml").write_text(text.replace(":9009", f":{port}"))
    with receiver(port):
        yield folder, port


def deployed(home: Path, folder: Path) -> Client:
    """Deploy and remember the credentials."""
    done = botyard(home, "deploy", folder, "--json")
    assert done.returncode == 0, done.stderr
    return Client(json.loads(done.stdout))


@EACH_STORE
def test_a_message_goes_through_a_real_bot_to_a_signed_webhook_and_back(shop: tuple[Path, int], tmp_path: Path) -> None:
    """Asked, asked again, answered by the receiver (which checks the signature), remembered, and completed."""
    folder, port = shop
    client = deployed(tmp_path, folder)
    with serving(tmp_path, egress_allow=f"127.0.0.1/32:{port}") as server:
        client.knows(server, "asha", name="Asha Rao")
        assert client.says(server, "asha", "how much is it") == ["Which product: the speaker or the powerbank?"]
        assert client.says(server, "asha", "the purple one") != []
        assert client.says(server, "asha", "the speaker") == [SPEAKER]
        client.says(server, "asha", "i will take it")
        client.says(server, "asha", "two")
        [thanks] = client.says(server, "asha", "9820334455")
        assert "3198" in thanks


def test_without_the_operators_word_a_private_receiver_is_not_called(shop: tuple[Path, int], tmp_path: Path) -> None:
    """The same bot breaks: nothing on this machine is reached unless the operator lists it."""
    folder, _ = shop
    client = deployed(tmp_path, folder)
    with serving(tmp_path) as server:
        client.knows(server, "asha")
        [sorry] = client.says(server, "asha", "how much is the speaker")
        assert sorry.startswith("Sorry, I did not get that.")


@EACH_STORE
def test_killing_the_server_between_any_two_messages_loses_nothing(shop: tuple[Path, int], tmp_path: Path) -> None:
    """Where the conversation stood, what was collected and what the webhook said to remember outlive SIGKILL."""
    folder, port = shop
    client = deployed(tmp_path, folder)
    said = []
    for number, text in enumerate(("how much is it", "the powerbank", "i will take it", "2", "9820334455")):
        server = Server(tmp_path, "--port", "0", egress_allow=f"127.0.0.1/32:{port}")
        if number == 0:
            client.knows(server, "asha")
        said.append(client.says(server, "asha", text))
        server.kill()
    assert all(len(some) == 1 for some in said)
    assert "3598" in said[-1][0]


@EACH_STORE
def test_a_broken_folder_leaves_what_was_live_alive(shop: tuple[Path, int], tmp_path: Path) -> None:
    """Deploying through the running server: refused whole, with file and line; then a good version is live at once."""
    folder, port = shop
    client = deployed(tmp_path, folder)
    changed = tmp_path / "bots" / "electronics_store"
    shutil.copytree(folder, changed)
    shutil.copy(folder.parent / "botyard.toml", changed.parent / "botyard.toml")
    hours, node = changed / "copy.yaml", changed / "nodes" / "store_hours.yaml"
    with serving(tmp_path, egress_allow=f"127.0.0.1/32:{port}") as server:
        client.knows(server, "asha")
        [before] = client.says(server, "asha", "when are you open")
        node.write_text(node.read_text() + "\nnonsense: 1\n")
        refused = botyard(tmp_path, "deploy", changed, "--json")
        assert refused.returncode == 1
        assert "nodes/store_hours.yaml:" in refused.stderr
        client.knows(server, "ravi")
        assert client.says(server, "ravi", "when are you open") == [before]
        node.write_text(node.read_text().replace("\nnonsense: 1\n", ""))
        hours.write_text(hours.read_text().replace("10 am", "9 am"))
        again = botyard(tmp_path, "deploy", changed, "--json")
        assert again.returncode == 0, again.stderr
        told = json.loads(again.stdout)
        assert (told["version"], told["token"], told["business_id"]) == (2, None, client.business_id)
        client.knows(server, "mina")
        assert client.says(server, "mina", "when are you open") == [before.replace("10 am", "9 am")]


def test_a_server_told_to_stop_stops(shop: tuple[Path, int], tmp_path: Path) -> None:
    """SIGTERM ends it with exit code 0 and leaves no lock, so that the next command can write."""
    folder, _ = shop
    deployed(tmp_path, folder)
    server = Server(tmp_path, "--port", "0")
    assert server.stop(signal.SIGTERM) == 0
    assert botyard(tmp_path, "deploy", folder, "--json").returncode == 0


def test_no_log_line_holds_what_a_user_said(shop: tuple[Path, int], tmp_path: Path) -> None:
    """Nor a secret, nor a token."""
    folder, port = shop
    client = deployed(tmp_path, folder)
    with serving(tmp_path, egress_allow=f"127.0.0.1/32:{port}") as server:
        client.knows(server, "asha")
        client.says(server, "asha", "my aunt xylophia wants to know how much is the speaker")
        assert server.stop() == 0
        log = "".join(server.log)
    assert "turn_taken" in log
    assert "xylophia" not in log
    assert client.headers["Authorization"].split()[1] not in log
