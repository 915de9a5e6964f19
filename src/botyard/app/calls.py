"""Joins conversations to integrations: one call, with the bot, the environment and the secrets it may use."""

from botyard.app.custom_code import CustomCode
from botyard.app.secrets import KnownSecrets
from botyard.conversations.ports import Served
from botyard.engine.effects import Call
from botyard.engine.happenings import Unusable
from botyard.engine.state import User
from botyard.integrations.outbound import Outbound
from botyard.integrations.perform import Performer
from botyard.integrations.performed import Performed
from botyard.observe import count_call
from botyard.store.secrets import SecretUnreadable


class Calls:
    """Serves `conversations.ports.Perform`."""

    def __init__(self, outbound: Outbound, secrets: KnownSecrets, custom_code: CustomCode) -> None:
        self._outbound = outbound
        self._secrets = secrets
        self._custom_code = custom_code

    async def __call__(self, call: Call, *, call_id: str, served: Served, user: User) -> Performed:
        """Make the call, at most once, and count how it ended. Raises StorageFailed before it."""
        try:
            known = await self._secrets.of(served.partner_id)
        except SecretUnreadable as error:
            return _counted(Performed(answer=Unusable("secret_unreadable", error.sentence)))
        bot = served.bots.by_name.get(call.bot)
        if bot is None:
            why = f"bot {call.bot!r} answers for this business no longer"
            return _counted(Performed(answer=Unusable("no_integration", why)))
        run_code = self._custom_code.runner_for(str(served.partner_id), known.get)
        performer = Performer(self._outbound, known.get, partner_id=served.partner_id, run_code=run_code)
        return _counted(
            await performer.perform(call, call_id=call_id, bot=bot, environment=served.environment, user=user)
        )


def _counted(performed: Performed) -> Performed:
    answer = performed.answer
    count_call(answer.reason if isinstance(answer, Unusable) else "answered")
    return performed
