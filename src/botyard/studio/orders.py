"""What the command line may order from the process that writes the database, and who carries it out."""

from collections.abc import Collection
from datetime import datetime
from typing import TypeAlias, assert_never

from botyard.releases.train import Progress, Trainer
from botyard.store.commit import Store
from botyard.store.secrets import SecretsKey
from botyard.studio.deploy import Deployed, Order, deploy
from botyard.studio.exchange import Exported, ExportOrder, Imported, ImportOrder, exported, imported
from botyard.studio.preparing import Prepare

AnyOrder: TypeAlias = Order | ExportOrder | ImportOrder
Result: TypeAlias = Deployed | Exported | Imported


async def carry_out(
    store: Store,
    order: AnyOrder,
    *,
    known_secrets: Collection[str],
    key: SecretsKey,
    now: datetime,
    trainer: Trainer,
    progress: Progress,
    prepare: Prepare,
) -> Result:
    """Do what was ordered, or change nothing. Raises BotyardError."""
    match order:
        case Order():
            return await deploy(
                store,
                order,
                known_secrets=known_secrets,
                key=key,
                now=now,
                trainer=trainer,
                progress=progress,
                prepare=prepare,
            )
        case ExportOrder():
            return await exported(store, order)
        case ImportOrder():
            return await imported(
                store,
                order,
                known_secrets=known_secrets,
                now=now,
                trainer=trainer,
                progress=progress,
                prepare=prepare,
            )
        case _:
            assert_never(order)
