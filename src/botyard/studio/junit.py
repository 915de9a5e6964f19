"""Played dialogues as JUnit XML, for whatever runs the tests."""

from collections.abc import Iterable
from typing import Protocol
from xml.etree import ElementTree as ET


class Result(Protocol):
    """One dialogue, played."""

    @property
    def file(self) -> str:
        """Where it is written."""
        ...

    @property
    def name(self) -> str:
        """What it says must hold."""
        ...

    @property
    def diff(self) -> str:
        """What was not as it must be; "" when all was."""
        ...

    @property
    def skipped(self) -> str:
        """Why it could not be played; "" where it was."""
        ...


def report(played: Iterable[Result]) -> bytes:
    """Write the report."""
    suite = ET.Element("testsuite", name="dialogues")
    for one in played:
        case = ET.SubElement(suite, "testcase", classname=one.file, name=one.name)
        if one.diff:
            ET.SubElement(case, "failure", message="not as it must be").text = one.diff
        if one.skipped:
            ET.SubElement(case, "skipped", message=one.skipped)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    written: bytes = ET.tostring(suite, encoding="utf-8", xml_declaration=True)
    return written
