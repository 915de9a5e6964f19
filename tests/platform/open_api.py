"""The public API over a real server: real store and conversations, a pretended engine (tests/conversations)."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from starlette.types import ASGIApp

from botyard.auth import people
from botyard.auth.caller import Callers
from botyard.bot.business import Business, Team
from botyard.platform.http import platform_endpoints
from botyard.serving.application import application
from botyard.store.opening import bring_up_to_date, open_store
from tests.auth.partners import made_business, made_teams, made_token
from tests.conversations.small_shell import Caller, Shell, pretended_turn
from tests.serving.served import Answer, Served, serving
from tests.stores import url_for

AUTH_CODE = "auth-code-canary-91"


class OpenApi:
    """Two partners, and what the first one's systems can ask. later: moves the clock of the API on."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.served = Served(0)
        self.later = timedelta()
        self.business_id = self.inactive_id = self.others_business_id = 0
        self.user_name = self.silent = self.theirs = ""
        self.headers: dict[str, str] = {}
        self.others_headers: dict[str, str] = {}

    def now(self) -> datetime:
        """What the time is here."""
        return datetime.now(UTC) + self.later

    async def furnish(self) -> None:
        """Make both partners with their businesses and teams."""
        store = self.shell.database
        mine = await people.ensure_partner(store, "mine", now=self.now())
        other = await people.ensure_partner(store, "other", now=self.now())
        self.business_id = await made_business(store, mine.id, "shop", Business(name="Shop"))
        self.inactive_id = await made_business(store, mine.id, "old", Business(name="Old", active=False))
        self.others_business_id = await made_business(store, other.id, "shop", Business(name="Shop"))
        await made_teams(store, mine.id, (Team(name="Support"), Team(name="Sleeping", active=False)))
        await made_teams(store, other.id, (Team(name="Theirs"),))
        self.headers = await self._headers(mine)
        self.others_headers = await self._headers(other)

    async def _headers(self, partner: people.Partner) -> dict[str, str]:
        token = await made_token(self.shell.database, partner.id, now=self.now())
        return {"client-id": partner.client_id, "authorization": f"Bearer {token}"}

    @property
    def token(self) -> str:
        """The first partner's token."""
        return self.headers["authorization"].split()[1]

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        """Ask as the first partner."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.served.ask("POST", path, body, self.headers | named)

    def new_user(self, auth_id: str = "asha", **more: Any) -> str:
        """Register a user; its user_name."""
        answer = self.post("/v1.0/user/", {"auth_id": auth_id, **more})
        assert answer.status == 200, answer
        return str(answer.json["user_name"])

    def message(self, text: str = "hello", auth_id: str = "asha", **more: Any) -> dict[str, Any]:
        """A message as the API takes it."""
        whole = {"user": {"auth_id": auth_id}, "message_body": text, "message_type": 0, "business_id": self.business_id}
        return whole | more

    def chat(self, text: str = "hello", auth_id: str = "asha") -> list[str]:
        """Say something and hear what the bot says."""
        answer = self.post("/v1.0/sync_message_from_user/", self.message(text, auth_id))
        assert answer.status == 200, answer
        return [reply["body"]["text"] for reply in answer.json["message"]]


@contextmanager
def open_api(path: Path) -> Iterator[OpenApi]:
    """Serve the public API on a fresh database for as long as the block runs."""
    url = url_for(path)
    bring_up_to_date(url)
    shell = Shell(open_store(url), Caller(), pretended_turn)
    api = OpenApi(shell)
    asyncio.run(api.furnish())
    try:
        with serving(_application(api)) as served:
            api.served = served
            yield api
    finally:
        shell.database.close()


def _application(api: OpenApi) -> ASGIApp:
    @asynccontextmanager
    async def alive(_app: object) -> AsyncIterator[None]:
        await api.shell.conversations.start()
        yield
        await api.shell.conversations.stop(5)

    callers = Callers(api.shell.database, now=api.now, seconds=monotonic)
    talks = api.shell.conversations
    endpoints = platform_endpoints(
        store=api.shell.database, talks=talks, callers=callers, clock=api.now, seconds=monotonic
    )
    return application(endpoints, lifespan=alive)


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run something beside the server."""
    return asyncio.run(coroutine)
