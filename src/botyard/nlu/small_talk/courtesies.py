"""All courtesies, and which of them a bot's files may name."""

from botyard.nlu.small_talk import asking, company, criticism, occasions
from botyard.nlu.small_talk.courtesy import Courtesy, CourtesyName
from botyard.nlu.understanding import Language

COURTESIES: tuple[Courtesy, ...] = (
    *criticism.COURTESIES,
    *company.COURTESIES,
    *asking.COURTESIES,
    *occasions.COURTESIES,
)
NAMES: frozenset[CourtesyName] = frozenset(one.name for one in COURTESIES)
# The one language in which they are recognised and answered.
LANGUAGE: Language = "en"
