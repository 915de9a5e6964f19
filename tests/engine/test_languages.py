"""One bot in the fourteen languages that Botyard speaks: each is understood, answered, and stayed with."""

import pytest

from botyard.bot.model import BotSays, Entity, Faq, Node, Says
from botyard.engine.texts import BOT_BREAK, DID_YOU_MEAN
from tests.rehearsal import Rehearsal, asks, bot_of, says

ALL = ("en", "hi", "mr", "gu", "bn", "ta", "te", "kn", "ml", "ar", "id", "es", "fr", "de")

# What is taught to one node and to the other, and what is said to each: reworded, or with a slip.
HOURS = {
    "en": ("when are you open", "what are your opening hours", "when do you open today please"),
    "hi": ("दुकान कब खुलती है", "आपका समय क्या है", "आज दुकान कब खुलती है बताइए"),
    "mr": ("दुकान कधी उघडते", "तुमची वेळ काय आहे", "आज दुकान कधी उघडते सांगा"),
    "gu": ("દુકાન ક્યારે ખુલે છે", "તમારો સમય શું છે", "આજે દુકાન ક્યારે ખુલે છે કહો"),
    "bn": ("দোকান কখন খোলে", "আপনাদের সময় কী", "আজ দোকান কখন খোলে বলুন"),
    "ta": ("கடை எப்போது திறக்கும்", "உங்கள் நேரம் என்ன", "இன்று கடை எப்போது திறக்கும் சொல்லுங்கள்"),
    "te": ("దుకాణం ఎప్పుడు తెరుస్తారు", "మీ సమయం ఏమిటి", "ఈరోజు దుకాణం ఎప్పుడు తెరుస్తారు చెప్పండి"),
    "kn": ("ಅಂಗಡಿ ಯಾವಾಗ ತೆರೆಯುತ್ತದೆ", "ನಿಮ್ಮ ಸಮಯ ಏನು", "ಇಂದು ಅಂಗಡಿ ಯಾವಾಗ ತೆರೆಯುತ್ತದೆ ಹೇಳಿ"),
    "ml": ("കട എപ്പോൾ തുറക്കും", "നിങ്ങളുടെ സമയം എന്താണ്", "ഇന്ന് കട എപ്പോൾ തുറക്കും പറയൂ"),
    "ar": ("متى يفتح المتجر", "ما هي ساعات العمل", "متى يفتح المتجر اليوم من فضلك"),
    "id": ("kapan toko buka", "jam berapa anda buka", "kapan toko buka hari ini ya"),
    "es": ("cuándo abre la tienda", "cuál es el horario", "cuándo abre hoy la tienda por favor"),
    "fr": ("quand ouvre le magasin", "quels sont vos horaires", "quand ouvre le magasin aujourd'hui"),
    "de": ("wann öffnet das Geschäft", "wie sind die Öffnungszeiten", "wann öffnet das Geschäft heute bitte"),
}
REFUND = {
    "en": ("i want my money back", "give me a refund", "please give me my money back"),
    "hi": ("मुझे पैसे वापस चाहिए", "रिफंड दीजिए", "मुझे अपने पैसे वापस चाहिए"),
    "mr": ("मला पैसे परत पाहिजे", "परतावा द्या", "मला माझे पैसे परत पाहिजे"),
    "gu": ("મને પૈસા પાછા જોઈએ", "રિફંડ આપો", "મને મારા પૈસા પાછા જોઈએ"),
    "bn": ("আমি টাকা ফেরত চাই", "রিফান্ড দিন", "আমি আমার টাকা ফেরত চাই"),
    "ta": ("எனக்கு பணம் திரும்ப வேண்டும்", "பணத்தை திருப்பித் தாருங்கள்", "எனக்கு என் பணம் திரும்ப வேண்டும்"),
    "te": ("నాకు డబ్బు తిరిగి కావాలి", "రీఫండ్ ఇవ్వండి", "నాకు నా డబ్బు తిరిగి కావాలి"),
    "kn": ("ನನಗೆ ಹಣ ವಾಪಸ್ ಬೇಕು", "ಮರುಪಾವತಿ ಕೊಡಿ", "ನನಗೆ ನನ್ನ ಹಣ ವಾಪಸ್ ಬೇಕು"),
    "ml": ("എനിക്ക് പണം തിരികെ വേണം", "റീഫണ്ട് തരൂ", "എനിക്ക് എന്റെ പണം തിരികെ വേണം"),
    "ar": ("أريد استرداد المال", "أعيدوا لي نقودي", "أريد استرداد المال من فضلك"),
    "id": ("saya mau uang saya kembali", "minta pengembalian dana", "saya mau uang saya kembali dong"),
    "es": ("quiero que me devuelvan el dinero", "quiero un reembolso", "quiero que me devuelvan mi dinero"),
    "fr": ("je veux être remboursé", "je voudrais un remboursement", "je veux être remboursé merci"),
    "de": ("ich möchte mein Geld zurück", "ich will eine Erstattung", "ich möchte bitte mein Geld zurück"),
}


def told(name: str) -> Says:
    """An answer that names its language."""
    found: Says = {}
    for language in ALL:
        found |= says(f"{name} {language}", language)
    return found


def everywhere() -> Rehearsal:
    """A user of the bot."""
    nodes = [
        Node(
            name=name,
            system_name=name,
            start=True,
            user_says={language: lines[:2] for language, lines in taught.items()},
            bot_says=BotSays(final=told(name)),
        )
        for name, taught in (("HOURS", HOURS), ("REFUND", REFUND))
    ]
    return Rehearsal(bot_of(*nodes, languages=ALL))


@pytest.fixture(scope="module")
def trained() -> Rehearsal:
    """The bot, trained once for all."""
    return everywhere()


@pytest.mark.parametrize("language", ALL)
@pytest.mark.parametrize(("node", "lines"), [("HOURS", HOURS), ("REFUND", REFUND)], ids=["hours", "refund"])
def test_a_sentence_is_understood_and_answered_in_its_language(
    trained: Rehearsal, language: str, node: str, lines: dict[str, tuple[str, str, str]]
) -> None:
    """Reworded, by whatever the conversation spoke before; nobody stated a language."""
    taken = trained.user(lines[language][2])
    assert (trained.said[-1], taken.trace.language) == (f"{node} {language}", language)


@pytest.mark.parametrize("language", ALL)
def test_what_says_nothing_of_a_language_stays_in_it(trained: Rehearsal, language: str) -> None:
    """Two letters, digits, an emoji, a name: the bot break comes in the language of the conversation."""
    for said in ("ok", "42", "👍", "Xyzzy"):
        trained.user(HOURS[language][0])
        trained.user(said)
        assert trained.said[-1] == BOT_BREAK[language], said


@pytest.mark.parametrize("language", ALL)
def test_a_stated_language_is_answered_whatever_latin_letters_say(trained: Rehearsal, language: str) -> None:
    """The client's word goes first; its script is another matter."""
    taken = trained.user("refund", language)
    assert taken.trace.language == language


def test_hinglish_is_the_bots_own_language() -> None:
    """Taught as Hindi and typed in Latin letters it is found among the Hindi sentences, also misspelt."""
    order = Node(
        name="Order",
        system_name="ORDER",
        start=True,
        user_says={"hi": ("mera order kahan hai", "mera saman kab aayega"), "en": ("where is my order",)},
        bot_says=BotSays(final={**says("Coming."), **says("आ रहा है।", "hi")}),
    )
    chat = Rehearsal(bot_of(order, languages=("hi", "en", "id")))
    chat.user("mera order kahaan hai bhai")
    chat.user("where is my order please")
    chat.user("mera saaman kab aayega", "hi")
    assert chat.said == ["आ रहा है।", "Coming.", "आ रहा है।"]
    assert chat.user("kya aap madad karenge").trace.language == "hi"


def test_a_tap_changes_no_language() -> None:
    """A label that nobody translated is the bot's own word; so is what a button with a hidden part says."""
    nodes = [
        Node(
            name=meal,
            system_name=meal.upper(),
            start=True,
            did_you_mean={"en": f"A table for {meal}"},
            user_says={"en": (f"book a table for {meal}",), "hi": (f"{meal} के लिए टेबल बुक करें",)},
            bot_says=BotSays(final={**says(meal), **says(f"{meal} हिन्दी", "hi")}),
        )
        for meal in ("lunch", "dinner")
    ]
    chat = Rehearsal(bot_of(*nodes, languages=("en", "hi")))
    for tap in ("A table for lunch", "Yes, the table for us, please{api_name: book}"):
        chat.user("lunch और dinner के लिए टेबल बुक करें")
        assert chat.said[-1].startswith(DID_YOU_MEAN["hi"])
        assert chat.user(tap).trace.language == "hi"
    assert chat.user("i want to book a table for lunch").trace.language == "en"


def test_a_name_that_was_asked_for_changes_no_language() -> None:
    """Whatever it is written in; a sentence does, also then."""
    name = Entity(name="friend", type="any")
    call = Node(
        name="Call",
        system_name="CALL",
        start=True,
        user_says={"en": ("call my friend",), "hi": ("मेरे दोस्त को बुलाओ",)},
        entities=(asks("friend", "Who?"),),
        bot_says=BotSays(final={**says("Calling."), **says("बुला रहे हैं।", "hi")}),
    )
    faq = Faq(system_name="HELP", user_says={"hi": ("क्या आप मदद कर सकते हैं",)}, bot_says=says("जी।", "hi"))
    chat = Rehearsal(bot_of(call, faqs=(faq,), entities=(name,), languages=("en", "hi")))
    chat.user("call my friend")
    assert chat.user("राहुल शर्मा").trace.language == "en"
    assert chat.said[-1] == "Calling."
    chat.user("call my friend")
    assert chat.user("क्या आप मदद कर सकते हैं").trace.language == "hi"
