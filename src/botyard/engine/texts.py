"""What Botyard says where a builder wrote nothing, in every language that has it."""

from botyard.nlu.understanding import Language

BOT_BREAK: dict[Language, str] = {
    "en": "Sorry, I did not understand that.",
    "hi": "माफ़ कीजिए, मैं यह समझ नहीं पाया।",
    "mr": "माफ करा, मला ते समजले नाही.",
    "gu": "માફ કરશો, મને તે સમજાયું નહીં.",
    "bn": "দুঃখিত, আমি বুঝতে পারিনি।",
    "ta": "மன்னிக்கவும், எனக்குப் புரியவில்லை.",
    "te": "క్షమించండి, నాకు అర్థం కాలేదు.",
    "kn": "ಕ್ಷಮಿಸಿ, ನನಗೆ ಅರ್ಥವಾಗಲಿಲ್ಲ.",
    "ml": "ക്ഷമിക്കണം, എനിക്ക് മനസ്സിലായില്ല.",
    "ar": "عذرًا، لم أفهم ذلك.",
    "id": "Maaf, saya tidak mengerti.",
    "es": "Lo siento, no lo he entendido.",
    "fr": "Désolé, je n'ai pas compris.",
    "de": "Das habe ich leider nicht verstanden.",
}

DID_YOU_MEAN: dict[Language, str] = {
    "en": "I am not sure I understood. Did you mean:",
    "hi": "मैं ठीक से समझ नहीं पाया। क्या आपका मतलब यह था:",
    "mr": "मला नीट समजले नाही. तुम्हाला हे म्हणायचे होते का:",
    "gu": "મને બરાબર સમજાયું નહીં. શું તમારો અર્થ આ હતો:",
    "bn": "আমি ঠিক বুঝতে পারিনি। আপনি কি এটি বোঝাতে চেয়েছেন:",
    "ta": "எனக்குச் சரியாகப் புரியவில்லை. இதைச் சொன்னீர்களா:",
    "te": "నాకు సరిగ్గా అర్థం కాలేదు. మీ ఉద్దేశం ఇదా:",
    "kn": "ನನಗೆ ಸರಿಯಾಗಿ ಅರ್ಥವಾಗಲಿಲ್ಲ. ನಿಮ್ಮ ಅರ್ಥ ಇದೇನಾ:",
    "ml": "എനിക്ക് ശരിക്ക് മനസ്സിലായില്ല. ഇതാണോ ഉദ്ദേശിച്ചത്:",
    "ar": "لست متأكدًا أنني فهمت. هل تقصد:",
    "id": "Saya kurang yakin. Apakah maksud Anda:",
    "es": "No estoy seguro de haberlo entendido. ¿Querías decir:",
    "fr": "Je ne suis pas sûr d'avoir compris. Vouliez-vous dire :",
    "de": "Ich bin nicht sicher, ob ich das verstanden habe. Meinten Sie:",
}


def in_language(texts: dict[Language, str], language: Language) -> str:
    """Say it in this language; English where we have none."""
    return texts.get(language, texts["en"])
