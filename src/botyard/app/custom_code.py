"""Custom code in one process: the sandbox it runs in, started when first needed, and the code of each version."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from time import monotonic

from botyard.app.sandbox import is_elsewhere, packages_named, sandbox_of
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
from botyard.integrations.sandbox.dry_run import CodeCannotRun, load_each, refusal
from botyard.integrations.sandbox.jail.doctor import UNSAFE_REFUSED, Health
from botyard.integrations.sandbox.sources import Packages, Progress, Sources
from botyard.integrations.webhook import Secret
from botyard.observe import log, sandbox_is
from botyard.releases.versions import Prepared
from botyard.settings import UNSAFE, Settings
from botyard.studio.checked import BotRefused

# A runner is examined when it starts: it says the same until another one takes its place.
_HEALTH_S = 5.0
# It builds a jail and attacks it first: half a second, and more on a machine that is busy.
_PATIENCE_S = 20.0


_UPLOADING = (
    "uploading the code to AWS Lambda, which loads it with the first call: mistakes in its first lines are met then"
)


async def _one() -> int:
    return 1


def _nobody(_health: Health) -> None:
    pass


class CustomCode:
    """Whoever makes it closes it; until code runs, it costs nothing.

    partners: counts whose code may run here; without walls between them there must be one. tell: hears how the sandbox
    is, when it was asked first and whenever that has changed.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        has_network: bool = True,
        partners: Callable[[], Awaitable[int]] = _one,
        tell: Callable[[Health], None] = _nobody,
    ) -> None:
        self.sandbox = sandbox_of(settings, has_network=has_network)
        self.sources = Sources(partial(_packages_of, settings))
        self._partners = partners
        self._tell = tell
        self._health: tuple[float, Health] | None = None
        # A runner of our own has walls unless our settings took them away; of another, only it can tell.
        self._is_elsewhere = is_elsewhere(settings)
        self._may_be_unsafe = settings.unsafe_no_sandbox or self._is_elsewhere
        self._loading = _UPLOADING if settings.lambda_role else "loading the code in the sandbox"
        self._waking: asyncio.Task[Health] | None = None

    async def health(self) -> Health:
        """Tell how the sandbox is; what it says counts for a moment."""
        if self._health is None or monotonic() - self._health[0] > _HEALTH_S:
            found = await self._for_all(await self._asked())
            if self._health is None or self._health[1] != found:
                self._tell(found)
            self._health = monotonic(), found
        return self._health[1]

    async def state(self, *, is_needed: bool) -> tuple[bool, str]:
        """Tell whether what is needed is there, and how it is, in words: "ok" where there is nothing to say.

        is_needed: a live bot has custom code. A runner of our own is not started for less.
        """
        if not is_needed and not self._is_elsewhere:
            return True, "not needed: no live bot has custom code"
        health = await self.health()
        if not health.is_ok:
            return not is_needed, refusal(health)
        return True, "; ".join(filter(None, ["" if health.is_unsafe else "ok", *_warnings(health)]))

    def known(self) -> str:
        """Say at once what was found when the sandbox was last asked, in words; "" is nothing, or it was not asked."""
        if self._health is None:
            return ""
        health = self._health[1]
        return "; ".join(_warnings(health)) if health.is_ok else refusal(health)

    def wake(self) -> None:
        """Start the sandbox now: code will be called."""
        self._waking = asyncio.create_task(self.health())

    def runner_for(self, tenant: str, secret: Secret) -> RunCode:
        """Bind who asks. tenant: whose code it is, so that nobody meets what another's code remembers."""
        return partial(self._run, secret=secret, tenant=tenant)

    async def prepare(
        self, bot: CompiledBot, *, environment: EnvironmentName, tenant: str, progress: Progress
    ) -> Prepared:
        """Serve `studio.preparing.Prepare`."""
        health = await self.health()
        if not health.is_ok:
            raise CodeCannotRun(refusal(health))
        for warning in _warnings(health):
            await progress(warning)
        packages = await self.sources.packages_of(bot, progress)
        await progress(self._loading)
        bot = CompiledBot(bot.bot, bot.version, bot.code, lock=packages.lock, zone=bot.zone)
        problems = await load_each(self.sandbox, await self.sources.of(bot, environment, tenant), bot)
        if problems:
            raise BotRefused(problems)
        return Prepared(packages.id, packages.lock or None)

    async def close(self) -> None:
        """End the sandbox, and all that runs in it."""
        if self._waking is not None:
            self._waking.cancel()
            await asyncio.wait((self._waking,))
        await self.sandbox.close()

    async def _asked(self) -> Health:
        try:
            return await asyncio.wait_for(self.sandbox.health(), _PATIENCE_S)
        except TimeoutError:
            return Health(is_ok=False, sentence="the sandbox's runner does not answer", fix="look into its log")

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


def _warnings(health: Health) -> tuple[str, ...]:
    return tuple(filter(None, (UNSAFE if health.is_unsafe else "", health.network)))


def to_operators(health: Health) -> None:
    """Count and log how the sandbox is."""
    sandbox_is(ok=health.is_ok, unsafe=health.is_unsafe, network=health.network is None)
    if not health.is_ok:
        log.error("sandbox_refuses", why=health.sentence, fix=health.fix)
    elif health.is_unsafe:
        log.warning("sandbox_unsafe", why=UNSAFE)
    elif health.network:
        log.warning("sandbox_without_network", why=health.network)


async def _packages_of(settings: Settings, bot: CompiledBot, progress: Progress) -> Packages:
    requirements = bot.code.get(layout.REQUIREMENTS)
    text = None if requirements is None else requirements.decode("utf-8", "replace")
    return await packages_named(settings, bot.bot.code, text, progress, lock=bot.lock)
