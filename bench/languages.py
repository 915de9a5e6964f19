"""How often a chat's first message is answered in its language where no small word tells it, guessed or not.

    python -m bench.languages

Written by hand, as people type; so a good result is worth little and a bad one much. Every list is asked of bots whose
first language is each of those that share its letters.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence

from bench.machine import table
from botyard.nlu.language_said import Guess, language_to_answer
from botyard.nlu.understanding import Language
from botyard.releases.language_guess_here import opened

LATIN = ("en", "es", "fr", "de", "id")
DEVANAGARI = ("hi", "mr")

SAID: dict[Language, str] = {
    "en": (
        "cancel order|free delivery today|track shipment|gift wrapping available|warranty details|"
        "wrong item received|broken screen repair|change delivery address|weekend opening hours|"
        "student discount code|refund status check|wireless headphones price|late delivery complaint|"
        "reset password|update phone number|product catalogue download|store near main street|"
        "customer service number|buy two tickets tomorrow|payment failed twice"
    ),
    "es": (
        "envío gratis|cancelar pedido|devolución dinero|horario tienda|precio altavoz inalámbrico|"
        "cambiar dirección entrega|pantalla rota|código descuento|pago rechazado|garantía producto|"
        "tallas disponibles|reservar mesa mañana|número atención cliente|seguimiento paquete|"
        "reembolso urgente|comprar dos entradas|llegó artículo equivocado|catálogo completo|"
        "olvidé contraseña|tarjeta bloqueada"
    ),
    "fr": (
        "livraison gratuite|annuler commande|suivi colis|remboursement rapide|horaires magasin|"
        "prix enceinte portable|changer adresse livraison|écran cassé|code promo|paiement refusé|"
        "garantie produit|tailles disponibles|réserver table demain|numéro service client|"
        "acheter deux billets|article abîmé reçu|catalogue complet|mot passe oublié|carte bloquée|"
        "retour gratuit"
    ),
    "de": (
        "kostenlose lieferung|bestellung stornieren|sendung verfolgen|geld zurück|öffnungszeiten geschäft|"
        "preis lautsprecher|lieferadresse ändern|bildschirm kaputt|rabattcode eingeben|zahlung abgelehnt|"
        "garantie produkt|größen verfügbar|tisch reservieren morgen|kundenservice nummer|zwei karten kaufen|"
        "falscher artikel geliefert|katalog herunterladen|passwort vergessen|karte gesperrt|"
        "kostenloser rückversand"
    ),
    "id": (
        "pengiriman gratis|batalkan pesanan|lacak paket|pengembalian dana|jam buka toko|harga speaker|"
        "ganti alamat pengiriman|layar rusak|kode diskon|pembayaran gagal|garansi produk|ukuran tersedia|"
        "pesan meja besok|nomor layanan pelanggan|beli dua tiket|barang salah dikirim|unduh katalog|"
        "lupa kata sandi|kartu diblokir|retur gratis"
    ),
    "hi": (
        "ऑर्डर रद्द|पैसे वापसी|दुकान समय|स्पीकर दाम|टूटी स्क्रीन|पता बदलना|मुफ्त डिलीवरी|गलत सामान आया|भुगतान विफल|वारंटी जानकारी"
    ),
    "mr": (
        "ऑर्डर रद्द करायची|पैसे परत|दुकानाची वेळ|स्पीकरची किंमत|तुटलेली स्क्रीन|पत्ता बदलायचा|मोफत डिलिव्हरी|"
        "चुकीची वस्तू आली|पेमेंट अयशस्वी|वॉरंटी माहिती"
    ),
}
NAMES = (
    "Ambrane Powerbank|Rajesh Kumar|Priya Sharma|Maria Garcia|Jean Dupont|Hans Müller|Budi Santoso|"
    "iPhone 15 Pro|Samsung Galaxy Buds|Sony WH 1000XM5|MG Road Bengaluru|Andheri West|New Delhi|"
    "Buenos Aires|Air India|Coca Cola|Mohammed Ali|Fatima Sheikh|Levi's 501|Nike Air Max|Red Bull|"
    "Amul Butter|Tata Nexon|Royal Enfield Classic|Taj Mahal|Harry Potter|Lakshmi Narayanan|Sundar Pichai|"
    "José Martínez|Anne Marie|ok ok|hmm hmm|haha lol|Dove Soap|Kit Kat|Parle G|Mi TV 4A|HP Pavilion|"
    "Dell XPS 13|Bata Shoes"
)
ROMANISED = (
    "mera order kahan hai|mujhe refund chahiye|paisa wapas karo|kab tak aayega|kitne ka hai ye|"
    "order cancel kardo|kya discount milega|bhai jaldi bhejo|kal tak chahiye|dukaan kab khulti hai|"
    "speaker ka price batao|galat item aaya|paise kat gaye|screen toot gaya|maza order kuthe aahe|"
    "paise parat pahije|kiti velat yeil|dukan kevha ughadte|maro order kya che|paisa pacha joie|"
    "ketla ma padse|amar order kothay|taka ferot chai|koto dam|enna vilai|order eppo varum|"
    "panam thirumba venum|naa order ekkada|dabbu return kavali|dhara entha|nanna order elli|"
    "haṇa wapas beku|bele eshtu|ente order evide|paisa thirike venam|vila ethra|sahi se batao yaar|"
    "address badalna hai|gift wrap milega kya|warranty kitni hai"
)


def report() -> str:
    """Lay out the shares."""
    model = opened()
    if model is None:
        sys.exit("fastText's model is not installed: `make setup`")
    ways: dict[str, Guess | None] = {"small words alone": None, "and a guess": model.among}
    rows = [
        [name, *(_share(_asked(shared, texts, guess)) for guess in ways.values())] for name, shared, texts in _LISTS
    ]
    return table(["answered as it should be", *ways], rows)


# What is asked: its name, the bot's languages, and texts with the language to be answered in; "": the bot's first.
_LISTS: list[tuple[str, Sequence[Language], list[tuple[Language, str]]]] = [
    *(
        (f"sentences in {code}", shared, [(code, text) for text in SAID[code].split("|")])
        for shared in (LATIN, DEVANAGARI)
        for code in shared
    ),
    ("names and products", LATIN, [("", text) for text in NAMES.split("|")]),
    ("the same in small letters", LATIN, [("", text.lower()) for text in NAMES.split("|")]),
    ("Indic languages in Latin letters", LATIN, [("", text) for text in ROMANISED.split("|")]),
]


def _asked(shared: Sequence[Language], texts: list[tuple[Language, str]], guess: Guess | None) -> Iterator[bool]:
    for first in shared:
        languages = (first, *(code for code in shared if code != first))
        for language, text in texts:
            yield language_to_answer(text, languages, guess=guess) == (language or first)


def _share(right: Iterable[bool]) -> str:
    outcomes = list(right)
    return f"{sum(outcomes) / len(outcomes):.2f}"


if __name__ == "__main__":
    print(report())
