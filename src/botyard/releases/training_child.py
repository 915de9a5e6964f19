"""The process that trains (training_process.py): an order on standard input, replies on standard output."""

import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import msgspec

from botyard.errors import BotyardError
from botyard.releases.encoder_here import EncoderHere
from botyard.releases.train import learnt
from botyard.releases.training_process import Failed, Learnt, Ordered, Reply, Told

# Turns come first: whoever waits for an answer waits for every millisecond, whoever trains for the end.
_NICE = 10


def main() -> None:
    """Carry out the one order."""
    os.nice(_NICE)
    try:
        ordered = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Ordered)
        encoder = EncoderHere(ordered.encoder).opened()
        _reply(Learnt(learnt(ordered.order, encoder, lambda sentence: _reply(Told(sentence)))))
    except BotyardError as error:
        _reply(Failed(error.sentence))
    except MemoryError:
        _reply(Failed("there is too little memory to train this bot"))


def _reply(reply: Reply) -> None:
    frame = msgspec.msgpack.encode(reply)
    sys.stdout.buffer.write(len(frame).to_bytes(4, "big") + frame)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
