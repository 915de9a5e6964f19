"""The words of each language, as JSON by its code; made by tools/entity_words.py."""

from botyard.nlu.entities.lang import (
    words_ar,
    words_bn,
    words_de,
    words_en,
    words_es,
    words_fr,
    words_gu,
    words_hi,
    words_id,
    words_kn,
    words_ml,
    words_mr,
    words_ta,
    words_te,
)

TABLES = {
    "ar": words_ar.TABLE,
    "bn": words_bn.TABLE,
    "de": words_de.TABLE,
    "en": words_en.TABLE,
    "es": words_es.TABLE,
    "fr": words_fr.TABLE,
    "gu": words_gu.TABLE,
    "hi": words_hi.TABLE,
    "id": words_id.TABLE,
    "kn": words_kn.TABLE,
    "ml": words_ml.TABLE,
    "mr": words_mr.TABLE,
    "ta": words_ta.TABLE,
    "te": words_te.TABLE,
}
