"""Train Bot beside a server's turns: one training at a time, the others wait, and a newer one replaces its elder."""

import asyncio

from botyard.errors import BotyardError
from botyard.releases.encoder_here import EncoderHere
from botyard.releases.train import Progress, TrainingOrder
from botyard.releases.training_process import Ordered, learnt_in_a_process


class TrainingReplaced(BotyardError):
    """A newer version of the same bot was handed in before this one's training began."""

    code = "training_replaced"
    http_status = 409


class TrainingJobs:
    """Trains in processes (train.Trainer)."""

    def __init__(self, encoder: EncoderHere) -> None:
        self.encoder = encoder
        self._is_busy = False
        self._waiting: dict[str, asyncio.Future[None]] = {}

    async def train(self, job: str, order: TrainingOrder, progress: Progress) -> dict[str, bytes]:
        """Carry out one order once it is its turn. Raises TrainingReplaced, TrainingFailed."""
        if self._is_busy:
            await self._turn_of(job, progress)
        self._is_busy = True
        try:
            return await learnt_in_a_process(Ordered(order, self.encoder.chosen), progress)
        finally:
            self._go_on()

    async def _turn_of(self, job: str, progress: Progress) -> None:
        older = self._waiting.pop(job, None)
        if older is not None and not older.done():
            older.set_exception(
                TrainingReplaced(f"a newer version of {job} takes this one's place; it is trained next")
            )
        mine = self._waiting[job] = asyncio.get_running_loop().create_future()
        try:
            await progress("waiting for another training to end")
            await mine
        except BaseException:
            if self._waiting.get(job) is mine:
                del self._waiting[job]
            elif mine.done() and not mine.cancelled() and mine.exception() is None:
                self._go_on()  # it was its turn, and it was given up in the same moment
            raise

    def _go_on(self) -> None:
        """Give the next one its turn: nobody else gets in between, for it stays busy."""
        while self._waiting:
            job = next(iter(self._waiting))
            first = self._waiting.pop(job)
            if not first.done():
                first.set_result(None)
                return
        self._is_busy = False
