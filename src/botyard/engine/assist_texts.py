"""What smart assist says, in every language that Botyard speaks, by situation; `in_language` (texts.py) chooses."""

from botyard.nlu.understanding import Language

TOO_SHORT: dict[Language, str] = {
    "en": "Could you say that in a full sentence?",
    "hi": "क्या आप यह पूरे वाक्य में कह सकते हैं?",
    "mr": "तुम्ही हे पूर्ण वाक्यात सांगू शकता का?",
    "gu": "શું તમે આ આખા વાક્યમાં કહી શકો?",
    "bn": "আপনি কি এটি পুরো বাক্যে বলতে পারেন?",
    "ta": "இதை முழு வாக்கியமாகச் சொல்ல முடியுமா?",
    "te": "దీన్ని పూర్తి వాక్యంలో చెప్పగలరా?",
    "kn": "ಇದನ್ನು ಪೂರ್ಣ ವಾಕ್ಯದಲ್ಲಿ ಹೇಳಬಹುದೇ?",
    "ml": "ഇത് ഒരു മുഴുവൻ വാക്യത്തിൽ പറയാമോ?",
    "ar": "هل يمكنك قول ذلك في جملة كاملة؟",
    "id": "Bisakah Anda mengatakannya dalam kalimat lengkap?",
    "es": "¿Puedes decirlo en una frase completa?",
    "fr": "Pouvez-vous le dire en une phrase complète ?",
    "de": "Können Sie das in einem ganzen Satz sagen?",
}

TOO_LONG: dict[Language, str] = {
    "en": "That was a lot at once. Could you put it in one short sentence?",
    "hi": "यह एक साथ बहुत था। क्या आप इसे एक छोटे वाक्य में कह सकते हैं?",
    "mr": "हे एकदम खूप झाले. तुम्ही हे एका छोट्या वाक्यात सांगू शकता का?",
    "gu": "આ એકસાથે ઘણું હતું. શું તમે તેને એક ટૂંકા વાક્યમાં કહી શકો?",
    "bn": "একসঙ্গে অনেক কথা হয়ে গেল। আপনি কি এটি একটি ছোট বাক্যে বলতে পারেন?",
    "ta": "ஒரே நேரத்தில் நிறைய சொல்லிவிட்டீர்கள். இதைச் சுருக்கமாக ஒரு வாக்கியத்தில் சொல்ல முடியுமா?",
    "te": "ఒకేసారి చాలా చెప్పారు. దీన్ని ఒక చిన్న వాక్యంలో చెప్పగలరా?",
    "kn": "ಒಂದೇ ಬಾರಿಗೆ ತುಂಬಾ ಹೇಳಿದಿರಿ. ಇದನ್ನು ಒಂದು ಚಿಕ್ಕ ವಾಕ್ಯದಲ್ಲಿ ಹೇಳಬಹುದೇ?",
    "ml": "ഒരുമിച്ച് ഒരുപാട് പറഞ്ഞു. ഇത് ഒരു ചെറിയ വാക്യത്തിൽ പറയാമോ?",
    "ar": "كان ذلك كثيرًا دفعة واحدة. هل يمكنك تلخيصه في جملة قصيرة؟",
    "id": "Itu terlalu banyak sekaligus. Bisakah Anda meringkasnya dalam satu kalimat pendek?",
    "es": "Es mucho de una vez. ¿Puedes resumirlo en una frase corta?",
    "fr": "Cela fait beaucoup à la fois. Pouvez-vous le résumer en une phrase courte ?",
    "de": "Das war viel auf einmal. Können Sie es in einem kurzen Satz zusammenfassen?",
}

OUT_OF_SCOPE: dict[Language, str] = {
    "en": "I did not understand that. Could you describe it in other words?",
    "hi": "मैं यह समझ नहीं पाया। क्या आप इसे दूसरे शब्दों में बता सकते हैं?",
    "mr": "मला ते समजले नाही. तुम्ही ते दुसऱ्या शब्दांत सांगू शकता का?",
    "gu": "મને તે સમજાયું નહીં. શું તમે તેને બીજા શબ્દોમાં કહી શકો?",
    "bn": "আমি বুঝতে পারিনি। আপনি কি এটি অন্যভাবে বলতে পারেন?",
    "ta": "எனக்குப் புரியவில்லை. இதை வேறு வார்த்தைகளில் சொல்ல முடியுமா?",
    "te": "నాకు అర్థం కాలేదు. దీన్ని వేరే మాటల్లో చెప్పగలరా?",
    "kn": "ನನಗೆ ಅರ್ಥವಾಗಲಿಲ್ಲ. ಇದನ್ನು ಬೇರೆ ಪದಗಳಲ್ಲಿ ಹೇಳಬಹುದೇ?",
    "ml": "എനിക്ക് മനസ്സിലായില്ല. ഇത് മറ്റു വാക്കുകളിൽ പറയാമോ?",
    "ar": "لم أفهم ذلك. هل يمكنك وصفه بكلمات أخرى؟",
    "id": "Saya tidak mengerti. Bisakah Anda menjelaskannya dengan kata lain?",
    "es": "No lo he entendido. ¿Puedes decirlo con otras palabras?",
    "fr": "Je n'ai pas compris. Pouvez-vous le dire autrement ?",
    "de": "Das habe ich nicht verstanden. Können Sie es anders beschreiben?",
}

WHAT_ABOUT_IT: dict[Language, str] = {
    "en": "What would you like to know about that?",
    "hi": "आप इसके बारे में क्या जानना चाहेंगे?",
    "mr": "तुम्हाला याबद्दल काय जाणून घ्यायचे आहे?",
    "gu": "તમે તેના વિશે શું જાણવા માંગો છો?",
    "bn": "আপনি এ সম্পর্কে কী জানতে চান?",
    "ta": "இதைப் பற்றி என்ன தெரிந்துகொள்ள விரும்புகிறீர்கள்?",
    "te": "దీని గురించి మీరు ఏమి తెలుసుకోవాలనుకుంటున్నారు?",
    "kn": "ಇದರ ಬಗ್ಗೆ ನೀವು ಏನು ತಿಳಿಯಲು ಬಯಸುತ್ತೀರಿ?",
    "ml": "ഇതിനെക്കുറിച്ച് എന്താണ് അറിയേണ്ടത്?",
    "ar": "ماذا تود أن تعرف عن ذلك؟",
    "id": "Apa yang ingin Anda ketahui tentang itu?",
    "es": "¿Qué te gustaría saber sobre eso?",
    "fr": "Que souhaitez-vous savoir à ce sujet ?",
    "de": "Was möchten Sie darüber wissen?",
}

SOMETHING_ELSE: dict[Language, str] = {
    "en": "Something else",
    "hi": "कुछ और",
    "mr": "दुसरे काही",
    "gu": "બીજું કંઈક",
    "bn": "অন্য কিছু",
    "ta": "வேறு ஏதாவது",
    "te": "మరేదైనా",
    "kn": "ಬೇರೆ ಏನಾದರೂ",
    "ml": "മറ്റെന്തെങ്കിലും",
    "ar": "شيء آخر",
    "id": "Yang lain",
    "es": "Otra cosa",
    "fr": "Autre chose",
    "de": "Etwas anderes",
}
