"""In which language a turn answers."""

from botyard.bot.compiled import CompiledBot
from botyard.engine.state import User
from botyard.nlu.language import language_by_script
from botyard.nlu.understanding import Language


def language_of(bot: CompiledBot, user: User, stated: Language, text: str) -> Language:
    """Choose the reply's language: the message's script where that decides, what the user says, else the bot's first."""
    languages = bot.bot.languages
    stated_or_first = next((code for code in (stated, user.language_code) if code in languages), languages[0])
    if len(languages) == 1:
        return stated_or_first
    return language_by_script(text, languages) or stated_or_first
