"""Values of entities as a reply says them: figures and signs that every language reads."""

from botyard.nlu.understanding import EntityValue

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def shown(value: EntityValue, form: str = "") -> str:
    """Write a value for people. form: what stands behind the @ of a tag; one it does not have is passed over."""
    match value:
        case str():
            return value
        case {"dd": day, "mm": month, "yy": year}:
            return _day(int(day or 0), int(month or 0), int(year or 0), form)
        case {"hh": hour, "mm": minute}:
            half = value.get("nn")
            return f"{hour}:{minute:02}" + (f" {half}" if half in ("am", "pm") else "")
        case {"min_budget": low, "max_budget": high} | {"min_value": low, "max_value": high}:
            return _range(low or None, high) + (f" {value['unit']}" if value.get("unit") else "")
        case _:
            return _parts(value, form)


def _day(day: int, month: int, year: int, form: str) -> str:
    match form:
        case "dd/mm/yy":
            return f"{day:02}/{month:02}/{year % 100:02}"
        case "mm/dd/yy":
            return f"{month:02}/{day:02}/{year % 100:02}"
        case "mm/dd/yyyy":
            return f"{month:02}/{day:02}/{year}"
        case "short":
            return f"{day} {_MONTHS[month - 1]}, {year}"
        case _:
            return f"{day:02}/{month:02}/{year}"


def _range(low: object, high: object) -> str:
    if low is None:
        return f"≤ {high}"
    return f"≥ {low}" if high is None else f"{low}–{high}"


def _parts(value: dict[str, str | int | float | bool | None], form: str) -> str:
    if form == "full_name" or "first_name" in value:
        return " ".join(str(part) for part in value.values() if part)
    return str(value.get("value") or " ".join(str(part) for part in value.values() if part is not None))
