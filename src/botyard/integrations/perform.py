"""One call of a turn -> one answer, whatever the kind. What goes wrong is not raised: it is an `Unusable` answer."""

import time
from collections.abc import Callable
from typing import Protocol

from botyard.bot.business import EnvironmentName
from botyard.bot.compiled import CompiledBot
from botyard.bot.model import Code
from botyard.engine.effects import Call
from botyard.engine.happenings import Unusable
from botyard.engine.state import User
from botyard.integrations.functions import run_function
from botyard.integrations.outbound import Outbound
from botyard.integrations.performed import Performed
from botyard.integrations.places import NOBODY
from botyard.integrations.webhook import Secret, post_webhook
from botyard.observe import log


class RunCode(Protocol):
    """Who runs custom code (served by the sandbox)."""

    async def __call__(
        self, code: Code, call: Call, *, call_id: str, bot: CompiledBot, environment: EnvironmentName, user: User
    ) -> Performed:
        """Run a node's code, once."""
        ...


class Performer:
    """Carries out calls.

    secret: what a name means. partner_id: for whom the calls are. run_code: None where there is no sandbox.
    clock: seconds since 1970.
    """

    def __init__(
        self,
        outbound: Outbound,
        secret: Secret,
        *,
        partner_id: int = NOBODY,
        run_code: RunCode | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._outbound = outbound
        self._secret = secret
        self._partner_id = partner_id
        self._run_code = run_code or _nobody
        self._clock = clock

    async def perform(
        self, call: Call, *, call_id: str, bot: CompiledBot, environment: EnvironmentName, user: User
    ) -> Performed:
        """Make the call, at most once. Raises nothing but cancellation.

        call_id: names the call for ever, the same when a repeatable call is made again after a crash.
        """
        try:
            node = bot.nodes.get(call.node)
            if node is None or node.integration is None:
                return _unusable("no_integration", "the node, or its integration, is gone from the bot")
            integration = node.integration
            if integration.function is not None:
                return Performed(answer=run_function(integration.function))
            if integration.webhook is not None:
                return await post_webhook(
                    self._outbound,
                    integration.webhook,
                    call,
                    call_id=call_id,
                    bot=bot.bot,
                    personal=bot.personal,
                    environment=environment,
                    user=user,
                    secret=self._secret,
                    now=self._clock(),
                    partner_id=self._partner_id,
                )
            if integration.code is None:
                return _unusable("no_integration", "the node's integration names nothing to call")
            return await self._run_code(
                integration.code, call, call_id=call_id, bot=bot, environment=environment, user=user
            )
        except Exception as error:  # noqa: BLE001 - the promise of this file: a turn always gets an answer
            log.exception("integration_broke", call_id=call_id, node=call.node)
            kind = type(error).__name__  # its text may hold what the user wrote
            return _unusable("failed", f"the call broke inside Botyard ({kind}); the server's log says where")


async def _nobody(*_call: object, **_more: object) -> Performed:
    return _unusable("no_sandbox", "custom code cannot run here: this server has no sandbox")


def _unusable(reason: str, why: str) -> Performed:
    return Performed(answer=Unusable(reason, why))
