"""In which language a turn answers."""

from botyard.bot.compiled import CompiledBot
from botyard.engine.state import State
from botyard.nlu.language import language_by_script, script_of
from botyard.nlu.understanding import Language


def language_of(bot: CompiledBot, state: State, stated: Language, text: str) -> Language:
    """Choose the reply's language: the message's script where that decides, what the user says, else the bot's first.

    Latin script decides nothing against a stated language: many languages are typed in it. Where nobody states one, a
    message that decides nothing (a number, a name) stays in the language of the conversation.
    """
    languages = bot.bot.languages
    said = next((code for code in (stated, state.user.language_code) if code in languages), None)
    if len(languages) == 1:
        return languages[0]
    written = language_by_script(text, languages)
    if written is not None and (said is None or script_of(text) != "latin"):
        return written
    return said or (state.language if state.language in languages else languages[0])
