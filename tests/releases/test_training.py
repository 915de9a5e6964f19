"""Train Bot as a job, and what becomes of its models: replaced, cancelled, refused, made anew."""

import asyncio
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from botyard.auth import people
from botyard.bot.business import Business
from botyard.bot.compiled import CompiledBot
from botyard.bot.exchange import read
from botyard.nlu.encoder.sentences import SentenceEncoder
from botyard.nlu.encoder.tensors import Floats
from botyard.nlu.intents.artifact import ModelUnusable, header_of
from botyard.nlu.understanding import OPENING, Sentences, TrainingSet
from botyard.releases import records, training_jobs, versions
from botyard.releases.encoder_here import OFF, EncoderHere
from botyard.releases.live import LiveBots
from botyard.releases.train import TrainerHere, TrainingOrder, learnt, silently, trained
from botyard.releases.training_jobs import TrainingJobs, TrainingReplaced
from botyard.releases.training_process import Ordered, TrainingFailed, learnt_in_a_process
from botyard.releases.versions import Version
from botyard.store import blobs
from botyard.store.commit import Write
from botyard.store.database import Database, open_database
from botyard.store.secrets import SecretsKey
from botyard.store.up_to_date import bring_up_to_date
from botyard.studio.starter import starter

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
KEY = SecretsKey(bytes(32))
FILES = starter("Shop")
WITHOUT = EncoderHere(OFF)
SMALL = TrainingOrder((TrainingSet("en", {OPENING: (Sentences("HOURS", ("when are you open",)),)}),))


class Letters(EncoderHere):
    """An encoder that counts letters; `name` tells it from others."""

    def __init__(self, name: str = "a" * 64) -> None:
        super().__init__()
        self.asked = 0
        self.encoder = SentenceEncoder(
            sha256=name, scripts=None, size=4, tokenise=lambda text: [ord(c) for c in text], network=self._count
        )

    def _count(self, ids: list[list[int]]) -> Floats:
        self.asked += len(ids)
        return np.array([np.bincount(np.array(one) % 4, minlength=4) for one in ids], np.float32)

    def opened(self) -> SentenceEncoder:
        """It is always open."""
        return self.encoder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """A fresh database on disk."""
    url = f"sqlite:///{tmp_path / 'b.db'}"
    bring_up_to_date(url)
    database = open_database(url)
    yield database
    database.close()


def the_bot() -> CompiledBot:
    """The starter's bot."""
    bot = read(FILES).bot
    assert bot is not None
    return CompiledBot(bot, "v1")


async def kept(store: Database, encoder: EncoderHere, more: bytes = b"") -> Version:
    """Train and keep the starter's bot; more: of bot.yaml, for another version."""
    partner = await people.ensure_partner(store, "default", now=NOW)
    files = {**FILES, "bot.yaml": FILES["bot.yaml"] + more}
    return await versions.save(store, partner.id, the_bot(), files, now=NOW, trainer=TrainerHere(encoder))


async def published(store: Database, version: Version) -> int:
    """Make a version live; the business."""
    unit = [
        await people.settles_business(store, 1, version.bot, Business(name="Shop")),
        *records.publishes(1, version.bot, version.id, NOW),
    ]
    *_, [live] = await store.commit(unit)
    found: int = live["business_id"]
    return found


def test_a_process_learns_what_a_thread_learns() -> None:
    """Byte for byte, and it says where it stands."""

    async def test() -> None:
        told: list[str] = []

        async def tell(sentence: str) -> None:
            told.append(sentence)

        found = await learnt_in_a_process(Ordered(SMALL, OFF), tell)
        assert found == learnt(SMALL, None, lambda _: None)
        assert told == ["training en"]

    asyncio.run(test())


def test_a_training_that_is_given_up_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand sentences take seconds; whoever cancels waits for none of them: the process is killed."""
    begin, begun = asyncio.create_subprocess_exec, list[asyncio.subprocess.Process]()

    async def noted(*command: Any, **pipes: Any) -> asyncio.subprocess.Process:
        begun.append(await begin(*command, **pipes))
        return begun[-1]

    async def test() -> None:
        says = tuple(f"where is parcel number {n} of {n * 7}" for n in range(5_000))
        order = TrainingOrder((TrainingSet("en", {OPENING: (Sentences("A", says), Sentences("B", says[::-1]))}),))
        began = asyncio.Event()

        async def tell(_sentence: str) -> None:
            began.set()

        work = asyncio.create_task(learnt_in_a_process(Ordered(order, OFF), tell))
        await began.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        assert [process.returncode for process in begun] == [-signal.SIGKILL]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
    asyncio.run(test())


def test_what_the_process_cannot_do_is_said_in_a_sentence(tmp_path: Path) -> None:
    """An encoder that is none, here; the sentence names its folder."""

    async def test() -> None:
        with pytest.raises(TrainingFailed, match=str(tmp_path / "nowhere")):
            await learnt_in_a_process(Ordered(SMALL, str(tmp_path / "nowhere")), silently)

    asyncio.run(test())


def test_one_at_a_time_and_of_those_that_wait_for_a_bot_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that runs is not disturbed; an older one that waits is told that a newer takes its place."""

    async def test() -> None:
        running: list[str] = []
        go_on = asyncio.Event()

        async def run(ordered: Ordered, _progress: Any) -> dict[str, bytes]:
            [taught] = ordered.order.taught
            running.append(taught.language)
            await go_on.wait()
            return {}

        monkeypatch.setattr(training_jobs, "learnt_in_a_process", run)
        jobs = TrainingJobs(WITHOUT)

        def ordered(job: str, name: str) -> asyncio.Task[dict[str, bytes]]:
            return asyncio.create_task(jobs.train(job, TrainingOrder((TrainingSet(name, {}),)), silently))

        first = ordered("1/shop", "first")
        await asyncio.sleep(0)
        older, other, newer, given_up = (
            ordered("1/shop", "older"),
            ordered("1/cafe", "other"),
            ordered("1/shop", "newer"),
            ordered("1/bank", "given up"),
        )
        with pytest.raises(TrainingReplaced, match="newer version of 1/shop"):
            await older
        given_up.cancel()
        assert running == ["first"]
        go_on.set()
        await asyncio.gather(first, other, newer)
        assert running == ["first", "other", "newer"]
        await jobs.train("1/bank", TrainingOrder((TrainingSet("last", {}),)), silently)
        assert running[-1] == "last"

    asyncio.run(test())


def test_a_training_that_is_given_up_just_when_its_turn_comes_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The turn is passed on: another that waits, and whoever comes later, are trained."""

    async def test() -> None:
        go_on = asyncio.Event()

        async def run(ordered: Ordered, _progress: Any) -> dict[str, bytes]:
            await go_on.wait()
            return {ordered.order.taught[0].language: b""}

        monkeypatch.setattr(training_jobs, "learnt_in_a_process", run)
        jobs = TrainingJobs(WITHOUT)

        def ordered(name: str) -> asyncio.Task[dict[str, bytes]]:
            return asyncio.create_task(jobs.train(name, TrainingOrder((TrainingSet(name, {}),)), silently))

        first, given_up, other = ordered("first"), ordered("given up"), ordered("other")
        await asyncio.sleep(0)
        pass_on = jobs._go_on

        def pass_on_and_give_up() -> None:
            pass_on()
            given_up.cancel()

        monkeypatch.setattr(jobs, "_go_on", pass_on_and_give_up)
        go_on.set()
        async with asyncio.timeout(5):
            assert await first == {"first": b""}
            assert await other == {"other": b""}
            assert await ordered("later") == {"later": b""}
        assert given_up.cancelled()

    asyncio.run(test())


def test_an_encoder_reads_a_sentence_once_over_all_versions(store: Database) -> None:
    """The vectors of the version before are known, also to another process."""

    async def test() -> None:
        first, second = Letters(), Letters()
        await kept(store, first)
        assert first.asked > 0
        await kept(store, second, b"# one more line\n")
        assert second.asked == 0

    asyncio.run(test())


def test_a_version_kept_before_is_trained_again_only_with_another_encoder_or_when_damaged(store: Database) -> None:
    """So deploying the same folder again mends a bot whose encoder came, went or changed."""

    async def test() -> None:
        version = await kept(store, WITHOUT)
        assert await kept(store, WITHOUT) == version
        with_letters = await kept(store, Letters())
        assert (with_letters.id, with_letters.number) == (version.id, version.number)
        [model] = (await versions.models_of(store, with_letters)).values()
        assert header_of(model).encoder == "a" * 64
        assert await versions.live_or_newest(store, 1, version.bot) == (with_letters, False)
        await records.trained_anew(store, version.id, {"en": await blobs.put(store, model[:-1] + b"!")})
        assert await kept(store, Letters()) == with_letters

    asyncio.run(test())


def test_a_model_that_cannot_be_used_leaves_the_last_good_one_live(store: Database) -> None:
    """Made with an encoder that is not here: the version before answers, also after a restart, until one is usable."""

    async def test() -> None:
        business = await published(store, good := await kept(store, WITHOUT))
        live = LiveBots(store, WITHOUT)
        assert (await live.of(business)).version == good
        await published(store, foreign := await kept(store, Letters(), b"# another\n"))
        assert (await live.of(business)).version == good
        for restarted in (LiveBots(store, WITHOUT), LiveBots(store, Letters("b" * 64))):
            assert (await restarted.of(business)).version == good
            [refused] = restarted.refused()
            assert (
                "business 1: version 2 is refused and version 1 answers: this model was trained with"
                in refused.sentence
            )
            assert restarted.refused_of(business) == refused
            assert refused.for_builders.endswith("is deployed again, which trains a new one, version 1 answers.")
        there = LiveBots(store, Letters())
        assert (await there.of(business)).version == foreign
        assert there.refused() == ()
        await published(store, mended := await kept(store, WITHOUT, b"# another\n"))
        assert (await live.of(business)).version == mended
        assert live.refused() == ()
        assert live.refused_of(business) is None

    asyncio.run(test())


def test_a_model_with_one_damaged_byte_leaves_the_version_before_it_live_after_a_restart(store: Database) -> None:
    """And where that is damaged too, the one before; where none is whole, a sentence says what to do."""

    async def test() -> None:
        business = await published(store, first := await kept(store, WITHOUT))
        second = await kept(store, WITHOUT, b"# another\n")
        await published(store, third := await kept(store, WITHOUT, b"# and another\n"))
        for damaged, answering in ((third, second), (second, first)):
            await damage(store, damaged)
            restarted = LiveBots(store, WITHOUT)
            assert (await restarted.of(business)).version == answering
            [refused] = restarted.refused()
            assert "damaged on its way here; train the bot again" in refused.sentence
        await damage(store, first)
        with pytest.raises(ModelUnusable, match="damaged"):
            await (alone := LiveBots(store, WITHOUT)).of(business)
        assert "version 3 is refused and nothing answers" in alone.refused()[0].sentence

    asyncio.run(test())


def test_a_bot_without_any_usable_model_is_trained_anew_from_what_it_was_taught(store: Database) -> None:
    """Once, however many wait: where its only model is damaged, and where all were made with another encoder."""

    async def test() -> None:
        business = await published(store, version := await kept(store, WITHOUT))
        await damage(store, version)
        live = LiveBots(store, WITHOUT, TrainerHere(WITHOUT))
        one, other = await asyncio.gather(live.of(business), live.of(business))
        assert one.version == other.version == version
        assert live.refused() == ()
        other_encoder = Letters("b" * 64)
        await published(store, foreign := await kept(store, Letters(), b"# another\n"))
        await damage(store, version)
        mended = (await LiveBots(store, other_encoder, TrainerHere(other_encoder)).of(business)).version
        assert (mended.number, mended.models == foreign.models) == (foreign.number, False)
        assert (await LiveBots(store, other_encoder).of(business)).version == mended

    asyncio.run(test())


def test_what_cannot_be_trained_anew_is_tried_once_and_said(store: Database) -> None:
    """Each message tells why it goes unanswered; none begins another training."""

    class Never(TrainerHere):
        tried = 0

        async def train(self, _job: str, _order: TrainingOrder, _progress: Any) -> dict[str, bytes]:
            self.tried += 1
            raise TrainingFailed("there is too little memory to train this bot")

    async def test() -> None:
        business = await published(store, version := await kept(store, WITHOUT))
        await damage(store, version)
        live = LiveBots(store, WITHOUT, trainer := Never(WITHOUT))
        for _ in range(2):
            with pytest.raises(ModelUnusable, match="damaged"):
                await live.of(business)
        assert trainer.tried == 1

    asyncio.run(test())


def test_a_model_that_was_damaged_where_it_lies_is_mended_by_deploying_again(store: Database) -> None:
    """The same sentences give the same bytes of the same name: what is kept under it is replaced."""

    async def test() -> None:
        version = await kept(store, WITHOUT)
        name = version.models["en"]
        whole = await blobs.get(store, name)
        await store.commit([Write(sa.update(blobs.blob).values(content=whole[:-9] + b"damaged!!"), {})])
        assert await kept(store, WITHOUT) == version
        assert await blobs.get(store, name) == whole

    asyncio.run(test())


def test_no_other_bot_answers_for_one_whose_model_is_refused(store: Database) -> None:
    """Versions are those of one bot; the partner's other bots are none of it."""

    async def test() -> None:
        await kept(store, WITHOUT)
        other = CompiledBot(replace(the_bot().bot, system_name="other"), "v1")
        first, second = [
            await versions.save(store, 1, other, {**FILES, "bot.yaml": more}, now=NOW, trainer=TrainerHere(WITHOUT))
            for more in (b"# one", b"# another")
        ]
        assert await versions.versions_before(store, second, 3) == (first,)

    asyncio.run(test())


async def damage(store: Database, version: Version) -> None:
    """Turn one bit of a version's model."""
    model = bytearray((await versions.models_of(store, version))["en"])
    model[len(model) // 2] ^= 1
    await records.trained_anew(store, version.id, {**version.models, "en": await blobs.put(store, bytes(model))})


def test_a_model_made_without_an_encoder_opens_none(store: Database) -> None:
    """A server of such bots spares itself the memory."""

    class Never(EncoderHere):
        def opened(self) -> SentenceEncoder:
            raise AssertionError("nobody needs it")

    async def test() -> None:
        business = await published(store, version := await kept(store, WITHOUT))
        assert (await LiveBots(store, Never()).of(business)).version == version

    asyncio.run(test())


def test_the_same_bot_gives_the_same_models() -> None:
    """With an encoder and without one, and not the same ones."""

    async def test() -> None:
        plain, with_letters = TrainerHere(WITHOUT), TrainerHere(Letters())
        assert await trained(the_bot(), plain) == await trained(the_bot(), plain)
        assert await trained(the_bot(), with_letters) == await trained(the_bot(), with_letters)
        assert await trained(the_bot(), plain) != await trained(the_bot(), with_letters)

    asyncio.run(test())
