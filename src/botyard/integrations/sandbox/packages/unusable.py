"""Why code cannot have its packages."""

from pathlib import Path

from botyard.errors import BotyardError


class PackagesUnusable(BotyardError):
    """What a bot asks for cannot be had. line: of its requirements.txt, where one is to blame."""

    code = "packages_unusable"
    http_status = 400

    def __init__(self, sentence: str, *, line: int | None = None) -> None:
        super().__init__(sentence, line=line)
        self.line = line


class PackagesUnavailable(PackagesUnusable):
    """Packages cannot be had now: the index, the disk or this installation is the reason, not the bot."""

    code = "packages_unavailable"
    http_status = 503


def not_kept(root: Path, error: OSError) -> PackagesUnavailable:
    """Say that packages cannot be kept where they were to be."""
    why = error.strerror or str(error)
    return PackagesUnavailable(f"packages cannot be kept in {root}: {why}; BOTYARD_CODE_PACKAGES names another folder")
