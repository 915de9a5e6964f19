"""Joins the chat page to conversations: who a visitor is, what the page shows, what happens to them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from botyard.app.chat_limits import ChatLimits
from botyard.app.live import LiveBusinesses
from botyard.auth.caller import Callers
from botyard.bot.compiled import Bots
from botyard.channels.web.ports import Facts, Visitor
from botyard.conversations.history import CallMade, TurnTaken
from botyard.conversations.inbound import Accepted, Inbound, Spoken
from botyard.conversations.loop import Conversations
from botyard.conversations.users.known import Profile
from botyard.store.announce import Announcements

WEB = 5  # device platform (docs/reference/device-platforms.md)
SUGGESTIONS = 4


class WebChats:
    """Serves `channels.web.ports.Chats`. limits: None counts nothing."""

    def __init__(
        self,
        conversations: Conversations,
        live: LiveBusinesses,
        callers: Callers,
        announcements: Announcements,
        limits: ChatLimits | None = None,
    ) -> None:
        self._conversations = conversations
        self._live = live
        self._callers = callers
        self._announcements = announcements
        self._limits = limits

    async def visitor(self, business_id: int, token: str | None, address: str) -> Visitor:
        """Find whom a token names, or make somebody new where it names nobody of this business. Raises TooMuch."""
        users = self._conversations.users
        known = await users.visitor(token) if token else None
        if token is None or known is None or known.business_id != business_id:
            if self._limits is not None:
                self._limits.newcomer(address)
            served = await self._live.served_at_the_door(business_id)
            token, user = await users.welcome(served.partner_id, business_id, Profile(device_platform=WEB))
            return Visitor(token=token, user_id=user.id)
        thread = await self._conversations.history.thread(business_id, known.user_id)
        user = await users.by_id(known.user_id)
        return Visitor(
            token=token,
            user_id=known.user_id,
            language=user.user.language_code,
            standing=thread.standing if thread else "bot",
            last_seq=thread.last_seq if thread else 0,
            typing=await self._conversations.is_calling(business_id, known.user_id),
        )

    def admit(self, address: str, user_id: int) -> None:
        """Count something that a visitor makes us keep. Raises TooMuch."""
        if self._limits is not None:
            self._limits.message(address, user_id)

    async def facts(self, business_id: int) -> Facts:
        """Tell what a business shows. Raises NotFound, BusinessInactive."""
        served = await self._live.served_at_the_door(business_id)
        bot = served.bots.by_name[served.bots.default].bot
        return Facts(
            business=served.bots.business.name, languages=bot.languages, suggestions=_first_things_to_say(served.bots)
        )

    async def accept(self, message: Inbound) -> Accepted:
        """Store a message: from here on it will be answered. Raises BusinessInactive, TooMuch."""
        await self._live.served_at_the_door(message.business_id)
        return await self._conversations.accept(message)

    async def accepted_before(self, message: Inbound) -> Accepted | None:
        """Find the message of this key, if it was stored already."""
        return await self._conversations.history.accepted(message)

    async def set_language(self, user_id: int, language: str) -> None:
        """Remember which of the business's languages a visitor chose."""
        await self._conversations.users.update(user_id, Profile(language_code=language))

    async def transcript(self, business_id: int, user_id: int, after: int) -> tuple[Spoken, ...]:
        """Read what was said after a seq, oldest first."""
        return await self._conversations.history.transcript(business_id, user_id, after)

    @asynccontextmanager
    async def listen(self, business_id: int, user_id: int) -> AsyncIterator[AsyncIterator[str]]:
        """Hear what happens to one visitor, and to the business."""
        with self._announcements.listen(f"conversation/{business_id}/{user_id}", f"business/{business_id}") as listener:
            yield aiter(listener)

    async def may_see_traces(self, business_id: int, key: str) -> bool:
        """Tell whether this key is a token of the partner whose business it is."""
        owner = await self._callers.partner_of(key)
        return owner is not None and owner == (await self._live.served(business_id)).partner_id

    def trouble(self, business_id: int) -> str:
        """Say what builders must mend."""
        return self._live.trouble(business_id)

    async def turns(self, business_id: int, user_id: int, after: int) -> tuple[TurnTaken, ...]:
        """Read the turns after a turn's number, in order."""
        return await self._conversations.history.traces(business_id, user_id, after)

    async def calls(self, business_id: int, user_id: int, after: int) -> tuple[CallMade, ...]:
        """Read the calls after a call's number, in order."""
        return await self._conversations.history.calls(business_id, user_id, after)


def _first_things_to_say(bots: Bots) -> tuple[str, ...]:
    """Offer the first sentence of each start node in the bot's own language: what the builder thought of first."""
    bot = bots.by_name[bots.default]
    language = bot.bot.languages[0]
    sentences = (node.user_says.get(language, ()) for node in bot.nodes.values() if node.start)
    whole = (next((one for one in some if "{" not in one), None) for some in sentences)
    return tuple(one for one in whole if one)[:SUGGESTIONS]
