"""The bot that is tortured: every message says its own number, and every answer repeats it.

So order, loss and doubles show in the transcript alone. A note is answered by the bot, a call by a webhook that may be
called once, a repeat by one that says `repeatable`.
"""

from pathlib import Path

KINDS = ("note", "call", "repeat")
BREAK = "That did not work."
# What a message is answered with that stood first in line at five starts of a server that died each time.
GIVEN_UP = "Sorry, I did not understand that."


def write_bot(folder: Path, receiver: str, *, timeout_s: int = 30) -> Path:
    """Write the bot's folder. receiver: the address of the webhooks. timeout_s: how long each may take."""
    files = {
        "bot.yaml": _BOT.format(receiver=receiver, broken=BREAK),
        "business.yaml": _BUSINESS,
        "nodes/note.yaml": _node("note", 'bot_says:\n  final: {en: ["noted %entitytag_note_no"]}'),
        "nodes/call.yaml": _node("call", _webhook("call", timeout_s)),
        "nodes/repeat.yaml": _node("repeat", _webhook("repeat", timeout_s) + "    repeatable: true\n"),
        **{f"entities/{kind}_no.yaml": _number(kind) for kind in KINDS},
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


def add_node(bot: Path, name: str, webhook: str, timeout_s: int) -> None:
    """Give the bot a node that calls one webhook, as soon as somebody says "go to" and its name."""
    (bot / "nodes" / f"{name}.yaml").write_text(
        _PLAIN.format(Name=name.title(), NAME=name.upper(), name=name, webhook=webhook, timeout_s=timeout_s)
    )


def add_code_node(bot: Path, code: str) -> None:
    """Give the bot a node that runs code of its own, with the number that a message of the kind "work" says."""
    node = _node("work", "integration:\n  code: {file: code/work.py, timeout: 1s}\n")
    files = {"nodes/work.yaml": node, "code/work.py": code, "entities/work_no.yaml": _number("work")}
    for name, content in files.items():
        (bot / name).parent.mkdir(parents=True, exist_ok=True)
        (bot / name).write_text(content)


def message(kind: str, number: int) -> str:
    """Say something of a kind that carries its number."""
    return f"please {kind} {kind[0]}{number}"


def answers(text: str) -> tuple[str, ...]:
    """List what a message may be answered with; a call that a death cut off is a bot break."""
    _, kind, number = text.split()
    if kind == "note":
        return (f"noted {number}", GIVEN_UP)
    return (f"done {number}", GIVEN_UP, *([BREAK] if kind == "call" else []))


_BOT = """\
botyard: 1
name: Torture
system_name: torture
languages: [en]
environments:
  test: {{base_url: "{receiver}"}}
  production: {{base_url: "{receiver}"}}
bot_break:
  en: ["{broken}"]
"""

_PLAIN = """\
name: {Name}
system_name: {NAME}
start: true
user_says:
  en: [go to {name}, "{name} please", i want {name}]
integration:
  webhook:
    url: {webhook}
    timeout: {timeout_s}s
"""

_BUSINESS = """\
name: Torture
environment: production
human_assistance: false
default_team: Support
teams: [Support]
"""


def _number(kind: str) -> str:
    return f"name: {kind}_no\ntype: regex\nregex: '{kind[0]}\\d+'\n"


def _webhook(kind: str, timeout_s: int) -> str:
    return f"integration:\n  webhook:\n    path: /{kind}\n    timeout: {timeout_s}s\n"


def _node(kind: str, rest: str) -> str:
    return f"""\
name: {kind.title()}
system_name: {kind.upper()}
start: true
user_says:
  en:
    - please {kind} {{{kind}_no}}
    - {kind} {{{kind}_no}}
    - i want to {kind} {{{kind}_no}}
    - could you {kind} {{{kind}_no}}
entities:
  - entity: {kind}_no
    mandatory: true
    ask: {{en: ["Which number?"]}}
connections:
  - {{to: {kind.upper()}, entity: {kind}_no, present: true}}
{rest}
"""
