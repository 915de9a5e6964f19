"""Small words that give a language away: what no sentence of it does without, greetings, question words.

Written from the languages themselves. A word that several of them have counts less for each (language_said.py), so it
does no harm here. Forms are as `language.words` gives them: folded, cut at apostrophes.
"""

from botyard.nlu.understanding import Language

_LISTED: dict[Language, str] = {
    "en": """
        the is are am was were be been a an of to in on at for with from by my your our their his her its
        i you we they he she it me this that these those and or but not do does did don doesn didn have
        has had can could will would should what where when why how which who please hello thanks thank
        want need there any if about no once
    """,
    "es": """
        el la los las un una unos unas de del al en con por para sin mi tu su mis sus yo usted ustedes
        ellos ella es son está están estoy soy ser hay y o pero no sí que qué quién cuándo cuánto dónde
        cómo cuál porque hola gracias buenos buenas días tardes quiero necesito puedo puede tengo tiene me
        se lo muy más este esta eso favor once
    """,
    "fr": """
        le la les un une des du de au aux en dans avec pour par sans mon ma mes ton votre vos notre je tu
        il elle nous vous ils est sont suis êtes avez avons ai a et ou mais ne pas que qui quoi quand
        combien où comment pourquoi quel quelle bonjour bonsoir merci voudrais veux peux puis besoin ce
        cette ces c j l d qu s y très plus plaît
    """,
    "de": """
        der die das den dem des ein eine einen einem einer von zu zum zur im in mit für auf aus bei nach
        mein meine meinen dein ihr ihre ich du er sie es wir ist sind bin war habe haben hat und oder aber
        nicht kein keine was wo wann warum wie welche wer wieviel bitte hallo danke guten möchte will kann
        können brauche mir mich sich noch
    """,
    "id": """
        yang dan di ke dari untuk dengan pada ini itu saya aku kamu anda kami kita dia mereka adalah ada
        tidak bukan belum sudah akan bisa boleh mau ingin apa siapa kapan dimana mana kenapa mengapa
        bagaimana berapa tolong halo terima kasih selamat pagi siang malam nya juga atau tapi karena saja
        lagi
    """,
    "hi": """
        है हैं था थी थे हूँ हूं में का की के को से पर और या मैं मुझे मेरा मेरी मेरे आप आपका आपकी हम यह ये
        वह क्या क्यों कब कहाँ कहां कैसे कैसा कितना कितने कितनी कौन नहीं मत हाँ चाहिए करना करें करो कर रहा
        रही रहे सकता सकते हो तो भी ने लिए कृपया नमस्ते धन्यवाद
    """,
    "mr": """
        आहे आहेत होता होती होते आणि किंवा मी मला माझा माझी माझे तुम्ही तुमचा तुमची तुमचे आम्ही हा ही हे तो
        ती ते काय का कधी कुठे कसा कशी कसे किती कोण नाही नको हो पाहिजे हवे हवा हवी करा करायचे करू शकतो शकता
        साठी मध्ये पण कृपया नमस्कार धन्यवाद
    """,
    "gu": """
        છે છો છું હતું હતો હતી અને કે હું મને મારું મારો મારી મારા તમે તમારું તમારી આ તે શું કેમ ક્યારે
        ક્યાં કેવી કેટલા કેટલું કોણ નથી ના હા જોઈએ કરવું કરો માટે માં પણ નમસ્તે આભાર
    """,
    "bn": """
        আমি আমার আমাকে তুমি আপনি আপনার আমরা এটা এই সে কি কী কেন কখন কোথায় কেমন কত কে না নেই হ্যাঁ আছে ছিল
        হয় হবে চাই করতে করুন এবং ও বা থেকে জন্য নমস্কার ধন্যবাদ
    """,
    "ta": """
        நான் எனக்கு என் நீங்கள் உங்கள் நாம் இது அது என்ன ஏன் எப்போது எங்கே எப்படி எவ்வளவு யார் இல்லை ஆம்
        உள்ளது இருக்கிறது வேண்டும் மற்றும் வணக்கம் நன்றி
    """,
    "te": """
        నేను నాకు నా మీరు మీ మేము ఇది అది ఏమి ఎందుకు ఎప్పుడు ఎక్కడ ఎలా ఎంత ఎవరు లేదు అవును ఉంది కావాలి
        మరియు నమస్కారం ధన్యవాదాలు
    """,
    "kn": """
        ನಾನು ನನಗೆ ನನ್ನ ನೀವು ನಿಮ್ಮ ನಾವು ಇದು ಅದು ಏನು ಏಕೆ ಯಾವಾಗ ಎಲ್ಲಿ ಹೇಗೆ ಎಷ್ಟು ಯಾರು ಇಲ್ಲ ಹೌದು ಇದೆ ಬೇಕು
        ಮತ್ತು ನಮಸ್ಕಾರ ಧನ್ಯವಾದ
    """,
    "ml": """
        ഞാൻ എനിക്ക് എന്റെ നിങ്ങൾ നിങ്ങളുടെ ഞങ്ങൾ ഇത് അത് എന്ത് എന്താണ് എന്തുകൊണ്ട് എപ്പോൾ എവിടെ എങ്ങനെ
        എത്ര ആര് ഇല്ല അതെ ഉണ്ട് വേണം നമസ്കാരം നന്ദി
    """,
    "ar": """
        في من على إلى عن مع أنا أنت هو هي نحن هذا هذه ذلك ما ماذا متى أين كيف كم لماذا هل لا نعم ليس أريد
        عندي لدي و أو لكن مرحبا شكرا السلام عليكم فضلك الذي التي كان
    """,
    "fa": """
        است هست نیست من تو شما ما این آن را به از در با برای که چه کجا چرا چگونه کی می سلام متشکرم خواهم
    """,
    "ur": """
        ہے ہیں میں کا کی کے کو سے پر اور یہ وہ مجھے میرا میری آپ کیا کیوں کب کہاں کیسے نہیں ہاں چاہیے
        شکریہ
    """,
}
# word -> the languages that have it
LANGUAGES_OF_WORD: dict[str, tuple[Language, ...]] = {}
for _language, _listed in _LISTED.items():
    for _word in set(_listed.split()):
        LANGUAGES_OF_WORD[_word] = (*LANGUAGES_OF_WORD.get(_word, ()), _language)

# Indic languages as people type them on a Latin keyboard: Hindi and Urdu, Marathi, Gujarati, Bengali, Tamil, Telugu,
# Kannada, Malayalam. No bot is written in these; they must not be taken for another language of the same letters.
_ROMANISED = """
    hai hain tha thi hu hoon main mai mein mujhe mujhko mera meri mere aap aapka aapki tum tumhara hum yeh
    ye woh wo kya kyu kyun kyon kab kahan kaha kaise kaisa kitna kitne kitni kaun kon nahi nahin nai mat
    haan chahiye chahie karna karo karen karke kar raha rahi rahe sakta sakte sakti ho toh bhi ko se ka ki
    ke ne liye aur ya kuch koi abhi namaste dhanyavad shukriya batao bataiye dijiye milega hoga gaya wala
    bhai ji kal aaj parso parson subah shaam raat baje
    aahe ahe mala maza mazi tumhi kay kuthe kadhi kasa kase pahije nako che chhe mane maru tame
    shu kyare nathi joie ami amar apni keno kothay kemon koto nei ache naan enakku enna eppo enge eppadi
    evlo illai venum naku nenu meeru enti ekkada ela entha ledu kavali nanu nanage enu elli hege eshtu
    illa beku njan enikku evide engane ethra undo venam
"""
ROMANISED = frozenset(_ROMANISED.split())
