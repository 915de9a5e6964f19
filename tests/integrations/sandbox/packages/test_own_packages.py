"""Each jail has packages of its own beside the runner's."""

from pathlib import Path

from tests.attacks.hostile import Yard

_CODE = """
def attack():
    try:
        import botyard_test_greeting
    except ImportError as error:
        return type(error).__name__
    where = os.path.dirname(botyard_test_greeting.__file__)
    try:
        open(where + "/more.py", "w")
    except OSError as error:
        return [botyard_test_greeting.HELLO, error.strerror]
"""


def test_a_jails_own_packages_are_read_only_and_nobody_elses(yard: Yard, tmp_path: Path) -> None:
    """Code finds what stands in its folders and cannot change it; code of another bot does not find it."""
    (tmp_path / "botyard_test_greeting.py").write_text("HELLO = 'hello'\n")
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(0o755)  # the runner is another user
    assert yard.got(_CODE, packages=(str(tmp_path),)) == ["hello", "Read-only file system"]
    assert yard.got(_CODE) == "ModuleNotFoundError"


def test_packages_that_are_not_there_end_the_call(yard: Yard, tmp_path: Path) -> None:
    """The answer says which folder is missing; the runner goes on."""
    answer = yard.run(yard.bot("def attack(): return 1", packages=(str(tmp_path / "gone"),)))
    assert answer.error is not None
    assert answer.error.reason == "no_sandbox"
    assert str(tmp_path / "gone") in answer.error.message
    yard.assert_neighbour_is_unhurt()
