"""What the command line may order from the process that writes the database, and who carries it out."""

from datetime import datetime
from typing import TypeAlias, assert_never

from botyard.releases.train import Progress
from botyard.store.commit import Store
from botyard.studio.deploy import Deployed, Order, deploy
from botyard.studio.exchange import Exported, ExportOrder, Imported, ImportOrder, exported, imported
from botyard.studio.tokens import Revoked, RevokeOrder, Tokens, TokensOrder, revoked, tokens
from botyard.studio.workshop import Workshop

AnyOrder: TypeAlias = Order | ExportOrder | ImportOrder | TokensOrder | RevokeOrder
Result: TypeAlias = Deployed | Exported | Imported | Tokens | Revoked


async def carry_out(
    store: Store,
    order: AnyOrder,
    workshop: Workshop,
    *,
    now: datetime,
    progress: Progress,
) -> Result:
    """Do what was ordered, or change nothing. Raises BotyardError."""
    match order:
        case Order():
            return await deploy(store, order, workshop, now=now, progress=progress)
        case ExportOrder():
            return await exported(store, order)
        case ImportOrder():
            return await imported(store, order, workshop, now=now, progress=progress)
        case TokensOrder():
            return await tokens(store)
        case RevokeOrder():
            return await revoked(store, order, now=now)
        case _:
            assert_never(order)
