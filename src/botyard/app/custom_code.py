"""Custom code in one process: the sandbox it runs in, started when first needed, and the code of each version."""

from collections.abc import Awaitable, Callable
from functools import partial
from time import monotonic

from botyard.app.sandbox import packages_named, sandbox_of
from botyard.bot import layout
from botyard.bot.business import EnvironmentName
from botyard.bot.compiled import CompiledBot
from botyard.bot.model import Code
from botyard.engine.effects import Call
from botyard.engine.happenings import Unusable
from botyard.engine.state import User
from botyard.integrations.perform import RunCode
from botyard.integrations.performed import Performed
from botyard.integrations.sandbox.code import run_code
from botyard.integrations.sandbox.doctor import UNSAFE, UNSAFE_REFUSED, Health
from botyard.integrations.sandbox.dry_run import CodeCannotRun, load_each, refusal
from botyard.integrations.sandbox.sources import Packages, Progress, Sources
from botyard.integrations.webhook import Secret
from botyard.observe import log, sandbox_is
from botyard.settings import Settings
from botyard.studio.checked import BotRefused

# A runner is examined when it starts: it says the same until another one takes its place.
_HEALTH_S = 5.0


async def _one() -> int:
    return 1


class CustomCode:
    """Whoever makes it closes it; until code runs, it costs nothing.

    partners: counts whose code may run here; without walls between them there must be one.
    """

    def __init__(
        self, settings: Settings, *, has_network: bool = True, partners: Callable[[], Awaitable[int]] = _one
    ) -> None:
        self.sandbox = sandbox_of(settings, has_network=has_network)
        self.sources = Sources(_packages_of)
        self._partners = partners
        self._health: tuple[float, Health] | None = None
        # A runner of our own has walls unless our settings took them away; of another, only it can tell.
        self._may_be_unsafe = settings.unsafe_no_sandbox or settings.runner is not None

    async def health(self) -> Health:
        """Tell how the sandbox is; what it says counts for a moment."""
        if self._health is None or monotonic() - self._health[0] > _HEALTH_S:
            found = await self._for_all(await self.sandbox.health())
            if self._health is None or self._health[1] != found:
                _tell(found)
            self._health = monotonic(), found
        return self._health[1]

    def runner_for(self, tenant: str, secret: Secret) -> RunCode:
        """Bind who asks. tenant: whose code it is, so that nobody meets what another's code remembers."""
        return partial(self._run, secret=secret, tenant=tenant)

    async def prepare(self, bot: CompiledBot, *, environment: EnvironmentName, tenant: str, progress: Progress) -> str:
        """Serve `studio.preparing.Prepare`."""
        health = await self.health()
        if not health.is_ok:
            raise CodeCannotRun(refusal(health))
        for warning in (UNSAFE if health.is_unsafe else "", health.network or ""):
            if warning:
                await progress(warning)
        packages = await self.sources.packages_of(bot, progress)
        await progress("loading the code in the sandbox")
        problems = await load_each(self.sandbox, await self.sources.of(bot, environment, tenant), bot)
        if problems:
            raise BotRefused(problems)
        return packages.id

    async def close(self) -> None:
        """End the sandbox, and all that runs in it."""
        await self.sandbox.close()

    async def _run(
        self,
        code: Code,
        call: Call,
        *,
        call_id: str,
        bot: CompiledBot,
        environment: EnvironmentName,
        user: User,
        secret: Secret,
        tenant: str,
    ) -> Performed:
        if self._may_be_unsafe and not (health := await self.health()).is_ok:
            return Performed(answer=Unusable("no_sandbox", refusal(health)))
        return await run_code(
            code,
            call,
            call_id=call_id,
            bot=bot,
            environment=environment,
            user=user,
            sandbox=self.sandbox,
            sources=self.sources,
            secret=secret,
            tenant=tenant,
        )

    async def _for_all(self, health: Health) -> Health:
        """Refuse a sandbox without walls where code of several partners would meet in it."""
        if health.is_unsafe and await self._partners() > 1:
            return UNSAFE_REFUSED
        return health


def _tell(health: Health) -> None:
    sandbox_is(ok=health.is_ok, unsafe=health.is_unsafe, network=health.network is None)
    if not health.is_ok:
        log.error("sandbox_refuses", why=health.sentence, fix=health.fix)
    elif health.is_unsafe:
        log.warning("sandbox_unsafe", why=UNSAFE)
    elif health.network:
        log.warning("sandbox_without_network", why=health.network)


async def _packages_of(bot: CompiledBot, progress: Progress) -> Packages:
    requirements = bot.code.get(layout.REQUIREMENTS)
    text = None if requirements is None else requirements.decode("utf-8", "replace")
    return await packages_named(bot.bot.code, text, progress)
