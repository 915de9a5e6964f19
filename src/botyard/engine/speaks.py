"""In which language a turn answers."""

from botyard.bot.compiled import CompiledBot
from botyard.engine.hidden import Heard
from botyard.engine.state import State
from botyard.nlu.language import exact_key
from botyard.nlu.language_said import Guess, language_to_answer
from botyard.nlu.understanding import Language


def language_of(bot: CompiledBot, state: State, stated: Language, heard: Heard, guess: Guess | None = None) -> Language:
    """Choose the reply's language by how the message is written, by what client and profile state, and by the last one.

    stated: what the client says.
    A tap says what the bot wrote, perhaps in another language for want of a translation: it changes nothing. A value
    that was asked for is often a name, and a name in another script is no sentence.
    """
    return language_to_answer(
        "" if _is_tap(state, heard) else heard.visible,
        bot.bot.languages,
        stated=(stated, state.user.language_code),
        current=state.language,
        is_answer=state.awaiting is not None,
        guess=guess,
    )


def _is_tap(state: State, heard: Heard) -> bool:
    if heard.fields or not state.choices:
        return bool(heard.fields)
    key = exact_key(heard.visible)
    return any(exact_key(choice.label) == key for choice in state.choices)
