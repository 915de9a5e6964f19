"""What a bot is made ready with, whoever ordered it: one value that goes from the process to the work."""

from collections.abc import Collection

from msgspec import Struct

from botyard.releases.train import Trainer
from botyard.store.secrets import SecretsKey
from botyard.studio.preparing import Prepare


class Workshop(Struct, frozen=True):
    """known_secrets: names of those that are set beside the database. key: seals those that an order brings."""

    known_secrets: Collection[str]
    key: SecretsKey
    trainer: Trainer
    prepare: Prepare
