"""`botyard webhook check`: the receiver called from here, through the same guard as every webhook."""

from collections.abc import Mapping

from botyard.integrations.outbound import Outbound
from botyard.settings import Settings
from botyard.studio.receiver_check import Report, look_at


async def check_receiver(
    settings: Settings, url: str, secret: str, *, node: str, entities: Mapping[str, str]
) -> Report:
    """Find out what a receiver does wrong."""
    async with Outbound(settings.egress_allow) as outbound:
        return await look_at(outbound, url, secret, node=node, entities=entities)
