"""The seed's sample call, and what is needed to make it."""

from typing import Any

from botyard.bot.compiled import CompiledBot
from botyard.bot.model import Bot, Environment, Environments, Integration, Node, Webhook
from botyard.engine.effects import Call, Collected
from botyard.engine.state import User

USER = User(user_id="7", user_name="asha_7", language_code="en", auth_id="a-1", auth_code="auth-code-canary")


def a_call(**changes: Any) -> Call:
    """Make the seed's sample call; changes: fields of `Call`."""
    fields: dict[str, Any] = {
        "call_no": 1,
        "bot": "store",
        "node": "PRODUCT_PRICE",
        "language": "hi",
        "conversation_no": 3,
        "conversation_data": {"insurance_no": "CDQP12324", "payment_mode": "COD"},
        "permanent_user_data": {"phone_number": 8826755986, "नाम": "आशा"},
        "entities": {
            "product_name": (Collected("message", "रेडियो 🎉", "speaker"),),
            "date": (Collected("default", "", {"dd": 23, "mm": 12, "yy": 2019}),),
            "email": (),
        },
    }
    return Call(**(fields | changes))


def a_bot(integration: Integration, *, production: str | None = None, test: str | None = None, **settings: Any) -> Bot:
    """Make a bot whose node PRODUCT_PRICE has this integration."""
    return Bot(
        botyard=1,
        name="Store",
        system_name="store",
        languages=("en", "hi"),
        environments=Environments(test=Environment(base_url=test), production=Environment(base_url=production)),
        nodes=(Node(name="Price", system_name="PRODUCT_PRICE", integration=integration),),
        **settings,
    )


def compiled(webhook: Webhook, **settings: Any) -> CompiledBot:
    """Make that bot ready for turns."""
    return CompiledBot(a_bot(Integration(webhook=webhook), **settings), "1")
