"""Entities that a bot may name without a file: one for each type, and the platform's public ones (platform §4.8)."""

from botyard.bot.colours import COLOURS
from botyard.nlu.understanding import Digits, EntityName, EntitySpec, EntityType

# Types that know what they look for without being told.
_BY_TYPE: tuple[EntityType, ...] = (
    "number", "date", "time", "phone_number", "email", "person_name", "currency", "budget", "number_range", "city",
    "location", "pnr", "pan", "aadhaar", "otp", "url", "attachment", "any",
)  # fmt: skip

_PUBLIC: dict[EntityType, tuple[EntityName, ...]] = {
    "city": ("utils_city", "completion_city"),
    "date": ("departure_date", "arrival_date"),
    "time": ("time_with_range",),
    "phone_number": ("international_phone_number", "completion_phone_number"),
    "email": ("completion_email", "email_no_profile_check"),
    "location": ("completion_location",),
    "person_name": ("user_name",),
    "number_range": ("age_range",),
    "pan": ("pan_card",),
    "url": ("url_capturer", "website_company_name_regex"),
    # What was a list of one customer's products is whatever the user says here: give such an entity a file.
    "any": (
        "feedback_regex", "feedback_request", "product_id", "product_type", "product_name", "device_name", "profession",
        "disambiguation_negation", "disambiguation_choice", "origin_lat", "origin_lng", "dest_lat", "dest_lng",
        "api_name", "attempt", "bot_flush_exception_list",
    ),
}  # fmt: skip

_WITH_OPTIONS: tuple[EntitySpec, ...] = (
    # Two of a kind, of which one message may give both: "from Pune to Delhi".
    EntitySpec(name="flight_departure_city", type="city", role="from"),
    EntitySpec(name="flight_arrival_city", type="city", role="to"),
    EntitySpec(name="date_of_birth", type="date", past=True),
    EntitySpec(name="age", type="number", digits=Digits(1, 3)),
    EntitySpec(name="nps_feedback_range", type="number", digits=Digits(1, 2)),
    # Codes of so many figures, in any script's own, parted by spaces or spelt out, as a one-time code may be.
    EntitySpec(name="pincode", type="otp", digits=Digits(6, 6)),
    EntitySpec(name="otp_four_digit", type="otp", digits=Digits(4, 4)),
    EntitySpec(name="otp_six_digit", type="otp", digits=Digits(6, 6)),
    EntitySpec(name="phone_number_without_validation", type="regex", regex=r"\b[0-9]{10}\b"),
    EntitySpec(name="flight_seat_number", type="regex", regex=r"\b\d{1,2}[A-Ka-k]\b"),
    EntitySpec(
        name="feedback_thumbs",
        type="text",
        fuzzy=False,
        dictionary={"up": ("thumbs up", "👍"), "down": ("thumbs down", "👎")},
    ),
    EntitySpec(name="color", type="text", fuzzy=False, dictionary=COLOURS),
)  # fmt: skip


def _table() -> dict[EntityName, EntitySpec]:
    plain: dict[EntityName, EntitySpec] = {kind: EntitySpec(name=kind, type=kind) for kind in _BY_TYPE}
    public = {name: EntitySpec(name=name, type=kind) for kind, names in _PUBLIC.items() for name in names}
    return {**plain, **public, **{spec.name: spec for spec in _WITH_OPTIONS}}


SYSTEM_ENTITIES: dict[EntityName, EntitySpec] = _table()
