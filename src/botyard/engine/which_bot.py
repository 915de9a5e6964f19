"""Which of a business's bots a message is for."""

from botyard.bot.compiled import Bots, CompiledBot
from botyard.engine.state import State


def bot_for(bots: Bots, state: State) -> CompiledBot:
    """Stay with the bot that holds the context while it is live; else the business's default bot answers."""
    return bots.by_name.get(state.bot) or bots.by_name[bots.default]
