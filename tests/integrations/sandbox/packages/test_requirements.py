"""What a bot's requirements.txt may say; everything else has its sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.integrations.sandbox.packages.requirements import requirements_in
from botyard.integrations.sandbox.packages.unusable import PackagesUnusable


def test_names_versions_extras_and_markers_are_taken() -> None:
    """Comments and empty lines are not; a line that ends in a backslash goes on."""
    text = "\ufeff# ours\n\nRequests[socks] >= 2.31, != 2.32.0  # new\nsix\\\n==1.17.0\nidna; python_version < '3.13'\n"
    found = [(one.line, one.name, one.text) for one in requirements_in(text)]
    assert found == [
        (3, "requests", "Requests[socks] >= 2.31, != 2.32.0"),
        (4, "six", "six==1.17.0"),
        (6, "idna", "idna; python_version < '3.13'"),
    ]


@pytest.mark.parametrize(
    ("written", "trouble"),
    [
        ("-r other.txt", "names another file"),
        ("--requirement=/etc/passwd", "names another file"),
        ("-c pins.txt", "names another file"),
        ("-e .", "installed from its source"),
        ("--index-url https://evil.example/simple", "is an option"),
        ("--extra-index-url=https://evil.example/simple", "is an option"),
        ("--find-links /root", "is an option"),
        ("-i https://evil.example", "is an option"),
        ("https://evil.example/x-1-py3-none-any.whl", "is an address"),
        ("git+ssh://git@example.com/x.git", "is an address"),
        ("six @ file:///etc/passwd", "is an address"),
        ("./x-1-py3-none-any.whl", "is a path"),
        ("../x", "is a path"),
        ("folder/x", "is a path"),
        ("/etc/passwd", "is a path"),
        ("x-1-py3-none-any.whl", "is a path"),
        ("six==1.17.0 --hash=sha256:00", "has a hash"),
        ("six==${HOME}", "is no package"),
        ("six >> 1", "is no package"),
        ("six 1.17", "is no package"),
        ("==1", "is no package"),
        ("six; -r x \\ /etc", "is a path"),
    ],
)
def test_what_is_no_package_of_the_index_is_refused_with_its_line(written: str, trouble: str) -> None:
    """The sentence names the line and what it says; nothing reaches uv."""
    with pytest.raises(PackagesUnusable, match=r"^line 2 of requirements\.txt") as refused:
        requirements_in(f"idna\n{written}\n")
    assert trouble in refused.value.sentence
    assert refused.value.line == 2


@pytest.mark.parametrize(
    "written",
    [
        "git+https://me:hunter2pw@x.example/y",
        "six @ https://hunter2pw@x.example/y.whl",
        "six@https://me:hunter2pw@x.example/y.whl",
        "--index-url=https://me:hunter2pw@x.example/simple",
        "-i https://x.example/simple?token=hunter2pw",
        "https://" + "m" * 60 + ":hunter2pw@x.example/y.whl",
        "me:hunter2pw@x.example/y",
        "git+ssh:me:hunter2pw@x.example",
    ],
)
def test_an_address_is_not_repeated(written: str) -> None:
    """It may hold a password, and the sentence goes into logs and to whoever deploys."""
    with pytest.raises(PackagesUnusable, match="line 1") as refused:
        requirements_in(written)
    assert "hunter2pw" not in refused.value.sentence


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_whatever_is_taken_holds_neither_option_address_nor_path(text: str) -> None:
    """What passes begins with a name, and no line of it can be read as anything but a requirement."""
    try:
        found = requirements_in(text)
    except PackagesUnusable:
        return
    for one in found:
        assert one.text[0].isalnum()
        assert one.text.isascii()
        assert not set("/\\@$:\n\r#") & set(one.text)


def test_a_file_without_end_is_refused() -> None:
    """A hundred packages are enough; so are twenty thousand characters."""
    with pytest.raises(PackagesUnusable, match="over 100 packages"):
        requirements_in("six\n" * 101)
    with pytest.raises(PackagesUnusable, match="over 20000 characters"):
        requirements_in("#" * 20_001)
