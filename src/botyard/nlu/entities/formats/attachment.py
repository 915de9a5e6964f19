"""A file that somebody links to. Files that a channel uploads come as structured values and never pass here."""

from botyard.nlu.entities.formats import url
from botyard.nlu.entities.found import Find, Heard
from botyard.nlu.understanding import EntityFound, EntityPart, EntitySpec

# By the ending of the name; the kinds that platform.md §4.2 takes, and what people send beside them.
_MIMES = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp",
    "pdf": "application/pdf", "csv": "text/csv", "txt": "text/plain", "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "mp4": "video/mp4", "3gp": "video/3gpp", "mov": "video/quicktime", "mp3": "audio/mpeg", "ogg": "audio/ogg",
    "m4a": "audio/mp4", "wav": "audio/wav", "zip": "application/zip",
}  # fmt: skip


def prepare(spec: EntitySpec) -> Find:
    """Find links to files; how many bytes one has, only a download would tell."""
    links = url.prepare(spec)

    def find(text: str, heard: Heard) -> list[EntityFound]:
        return [file for link in links(text, heard) if (file := _as_file(link)) is not None]

    return find


def _as_file(link: EntityFound) -> EntityFound | None:
    address = link.original_text
    path = address.partition("#")[0].partition("?")[0].partition("://")[2] or address
    name = path.rpartition("/")[2] if "/" in path else ""
    mime = _MIMES.get(name.rpartition(".")[2].lower()) if "." in name else None
    if mime is None:
        return None
    value: dict[str, EntityPart] = {"url": address, "mime": mime, "name": name, "bytes": None}
    return EntityFound(value=value, start=link.start, end=link.end, original_text=address)
