"""In which language a turn answers."""

from botyard.bot.compiled import CompiledBot
from botyard.engine.state import State
from botyard.nlu.language_said import language_to_answer
from botyard.nlu.understanding import Language


def language_of(bot: CompiledBot, state: State, stated: Language, text: str) -> Language:
    """Choose the reply's language: an unambiguous script decides for its turn, then what client and profile state."""
    return language_to_answer(
        text, bot.bot.languages, stated=(stated, state.user.language_code), current=state.language
    )
