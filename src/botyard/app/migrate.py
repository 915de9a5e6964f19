"""`botyard migrate`: the database brought to the schema of this version, before a server starts on it."""

from botyard.errors import BotyardError
from botyard.settings import Settings
from botyard.store.lock import HeldByAnother
from botyard.store.migrations import REVISIONS
from botyard.store.opening import bring_up_to_date, hold


def migrate(settings: Settings) -> str:
    """Bring it up to date; the schema that it stands at now. Raises NewerSchema, InUse."""
    try:
        with hold(settings.database_url):
            bring_up_to_date(settings.database_url)
    except HeldByAnother as error:
        raise InUse(f"{error.sentence}. Stop that one, then migrate") from error
    return REVISIONS[-1]


class InUse(BotyardError):
    """The database cannot be changed while another process works on it."""

    code = "in_use"
    http_status = 409
