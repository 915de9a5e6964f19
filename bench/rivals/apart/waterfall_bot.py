"""A bot of the Bot Framework SDK that asks for three things and then calls the webhook, in an environment of its own.

    python waterfall_bot.py PORT HOOK_PORT

Replies come back in the response (`expectReplies`), nobody is asked for a token, and its state is kept in memory: no
message survives it. All three are in its favour.
"""

import sys

from aiohttp import ClientSession, web
from botbuilder.core import (
    ActivityHandler,
    BotFrameworkAdapterSettings,
    ConversationState,
    MemoryStorage,
    MessageFactory,
    TurnContext,
)
from botbuilder.dialogs import DialogSet, DialogTurnResult, DialogTurnStatus, WaterfallDialog, WaterfallStepContext
from botbuilder.dialogs.prompts import PromptOptions, TextPrompt
from botbuilder.integration.aiohttp import BotFrameworkHttpAdapter

PORT, HOOK_PORT = int(sys.argv[1]), int(sys.argv[2])
QUESTIONS = ("Which product?", "Which colour?", "To which town?")


class Shop(ActivityHandler):
    """Runs the one dialog there is."""

    def __init__(self, state: ConversationState) -> None:
        self.state = state
        self.dialogs = DialogSet(state.create_property("dialogs"))
        self.dialogs.add(TextPrompt("text"))
        self.dialogs.add(WaterfallDialog("order", [_asking(question) for question in QUESTIONS] + [self.order]))

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """Go on where the conversation stands, or begin."""
        dialog = await self.dialogs.create_context(turn_context)
        went_on = await dialog.continue_dialog()
        if went_on.status == DialogTurnStatus.Empty:
            await dialog.begin_dialog("order", {})
        await self.state.save_changes(turn_context)

    async def order(self, step: WaterfallStepContext) -> DialogTurnResult:
        """Call the webhook and say what it answered."""
        said = {"node": "ORDER", "entities": step.options | {"town": step.result}}
        async with SESSION["http"].post(f"http://127.0.0.1:{HOOK_PORT}/price", json=said) as answer:
            sentences = (await answer.json())["response"]
        await step.context.send_activity(MessageFactory.text(sentences[0]))
        return await step.end_dialog()


def _asking(question: str):  # noqa: ANN202 - what the SDK takes as a step
    async def ask(step: WaterfallStepContext) -> DialogTurnResult:
        if step.result is not None:
            step.options[f"answer {step.index}"] = step.result
        return await step.prompt("text", PromptOptions(prompt=MessageFactory.text(question)))

    return ask


SESSION: dict[str, ClientSession] = {}


def main() -> None:
    """Serve."""
    adapter = BotFrameworkHttpAdapter(BotFrameworkAdapterSettings("", ""))
    shop = Shop(ConversationState(MemoryStorage()))

    async def messages(request: web.Request) -> web.Response:
        return await adapter.process(request, web.Response(), shop)

    async def opened(_: web.Application) -> None:
        SESSION["http"] = ClientSession()

    app = web.Application()
    app.on_startup.append(opened)
    app.router.add_post("/messages", messages)
    web.run_app(app, host="127.0.0.1", port=PORT, access_log=None, print=None)


if __name__ == "__main__":
    main()
