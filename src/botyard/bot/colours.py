"""Colours by their names in the fourteen languages that Botyard speaks, as people write them.

Slips that English makes are written out: nearly any short word is one letter from a colour of some language.
"""

# English, then hi mr gu bn | ta te kn ml | ar | id es fr de.
_NAMES = {
    "black": "blak blck काला काली काले काळा काळी काळे કાળો કાળી કાળું কালো கருப்பு கறுப்பு నలుపు నల్ల ಕಪ್ಪು കറുപ്പ് കറുത്ത "
    "أسود سوداء hitam negro negra noir noire schwarz schwarze schwarzen",
    "white": "whit wite सफ़ेद सफेद पांढरा पांढरी पांढरे સફેદ সাদা வெள்ளை తెలుపు తెల్ల ಬಿಳಿ വെള്ള വെളുത്ത "
    "أبيض بيضاء putih blanco blanca blanc blanche weiß weiss weiße",
    "grey": "gray gry स्लेटी ग्रे राखाडी રાખોડી ગ્રે ধূসর சாம்பல் బూడిద ಬೂದು ಬೂದಿ ചാരനിറം رمادي رمادية gris grise grau graue",
    "red": "लाल લાલ লাল சிவப்பு ఎరుపు ఎర్ర ಕೆಂಪು ചുവപ്പ് ചുവന്ന أحمر حمراء merah rojo roja rouge rot rote roten",
    "orange": "orang नारंगी नारिंगी નારંગી কমলা ஆரஞ்சு నారింజ ಕಿತ್ತಳೆ ഓറഞ്ച് برتقالي برتقالية oranye jingga naranja anaranjado",
    "yellow": "yelow yello पीला पीली पीले पिवळा पिवळी पिवळे પીળો પીળી પીળું হলুদ மஞ்சள் పసుపు ಹಳದಿ മഞ്ഞ "
    "أصفر صفراء kuning amarillo amarilla jaune gelb gelbe",
    "green": "grean gren हरा हरी हरे हिरवा हिरवी हिरवे લીલો લીલી લીલું সবুজ பச்சை ఆకుపచ్చ పచ్చ ಹಸಿರು പച്ച "
    "أخضر خضراء hijau verde vert verte grün grüne",
    "blue": "navy bleu bleue नीला नीली नीले निळा निळी निळे વાદળી ભૂરો ભૂરી નીલો নীল நீலம் நீல నీలం నీలి ನೀಲಿ നീല "
    "أزرق زرقاء biru azul blau blaue",
    "purple": "violet purpel बैंगनी जामुनी जांभळा जांभळी જાંબલી বেগুনি ஊதா ఊదా వంకాయ ನೇರಳೆ പർപ്പിൾ വയലറ്റ് "
    "بنفسجي بنفسجية أرجواني ungu morado morada violette lila",
    "pink": "गुलाबी ગુલાબી গোলাপি গোলাপী இளஞ்சிவப்பு గులాబీ ಗುಲಾಬಿ പിങ്ക് وردي وردية زهري rosado rosada rosa rose",
    "brown": "भूरा भूरी भूरे तपकिरी કથ્થાઈ বাদামি বাদামী பழுப்பு గోధుమ ಕಂದು തവിട്ട് بني بنية cokelat coklat marrón "
    "marron brun brune braun braune",
    "silver": "चांदी चाँदी सिल्वर चंदेरी ચાંદી রুপালি রূপালী வெள்ளி వెండి ಬೆಳ್ಳಿ വെള്ളി فضي فضية perak plateado plateada "
    "argenté silber silbern",
    "gold": "golden सुनहरा सुनहरी गोल्डन सोनेरी સોનેરી সোনালি সোনালী தங்கம் బంగారు బంగారం ಚಿನ್ನ ಬಂಗಾರ സ്വർണ്ണം ذهبي ذهبية emas dorado "
    "dorada doré dorée goldene",
}
_OF_TWO_WORDS = {"grey": ("abu-abu",), "pink": ("merah muda",)}

COLOURS: dict[str, tuple[str, ...]] = {
    colour: (*names.split(), *_OF_TWO_WORDS.get(colour, ())) for colour, names in _NAMES.items()
}
