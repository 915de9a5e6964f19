"""Whatever a bot's own broken or hostile code comes to, in a real sandbox: the user hears something, never a secret."""

import asyncio
import json
import random
from collections import Counter
from pathlib import Path

from tests.attacks.hostile import Yard
from tests.hostile_json import CANARY
from tests.torture.bad_answers import say
from tests.torture.bad_values import SECRET
from tests.torture.bot import add_code_node, message
from tests.torture.door import Gone
from tests.torture.place import Place

SIDE_BY_SIDE = 4
USERS = 25


def add_hostile_code(bot: Path) -> None:
    """Give the bot a node whose code answers each number with something else that is wrong."""
    add_code_node(bot, _CODE.replace("SECRET", repr(SECRET)))


def jails_can_be() -> bool:
    """Tell whether this machine lets custom code run; where it does not, none is tried."""
    yard = Yard()
    try:
        return yard.health.is_ok
    finally:
        yard.close()


async def code_answers(place: Place, count: int, chance: random.Random) -> tuple[Counter[str], Counter[str]]:
    """Let so many turns run it; what was counted, and what went wrong."""
    counts, wrong = Counter[str](), Counter[str]()
    first = chance.randrange(10**6)

    async def talk(numbers: range) -> None:
        with place.door() as door:
            for number in numbers:
                try:
                    status, answer = await say(door, place, f"worked-{number % USERS}", message("work", number))
                except Gone:
                    wrong["a turn with code was not answered"] += 1
                    continue
                told = json.dumps(answer)
                counts["code answers"] += 1
                counts["code answers that were said"] += "fine" in told
                if status != 200 or not answer["message"]:
                    wrong[f"a turn with code was answered with {status}"] += 1
                if SECRET in told or CANARY in told:
                    wrong["a secret came back through code"] += 1

    await asyncio.gather(*(talk(range(first + one, first + count, SIDE_BY_SIDE)) for one in range(SIDE_BY_SIDE)))
    return counts, wrong


# As a bot builder may write it; SECRET stands in it as what only the code knows.
_CODE = """
import json, os, random, sys, threading

VALUES = [None, True, 0, -1, 2**64, 1e308, float("nan"), float("inf"), "", " ", "\\0", "\\ud800", "a" * 5000, [], {},
          [[]], [None], {"a": {}}, {"": ""}, {"__proto__": 1}, [0] * 2000, "{{7*7}}", "<script>", "${secret:KEY}"]


def fine(**more):
    return {"statusCode": 200, "body": json.dumps({"status": True, "response": ["fine"], "is": SECRET, **more})}


def deep(of):
    value = []
    for _ in range(of):
        value = [value]
    return value


def ring():
    value = {}
    value["in"] = value
    return value


def raises(error):
    raise error


def recursion():
    return recursion()


def noise():
    os.write(1, SECRET.encode() * 100 + b"\\n{}\\n" + os.urandom(500))
    os.write(2, os.urandom(500))
    return fine()


def closes():
    for descriptor in range(64):
        try:
            os.close(descriptor)
        except OSError:
            pass
    return fine()


def lingers():
    threading.Thread(target=lambda: [None for _ in iter(int, 1)], daemon=True).start()
    return fine()


def forks():
    if os.fork() == 0:
        os.write(1, b'{"statusCode": 200, "body": "{}"}\\n')
        os._exit(3)
    return fine()


WAYS = [
    fine,
    lambda: fine(**{random.choice(["status", "response", "conversation_data", "permanent_user_data"]): VALUE() or 7}),
    lambda: fine(response=[VALUE() or 7]),
    lambda: {"statusCode": VALUE(), "body": json.dumps({"status": True, "response": ["fine"]})},
    lambda: {"statusCode": 200, "body": VALUE()},
    lambda: {"statusCode": 500, "body": SECRET},
    lambda: {"statusCode": 200, "body": SECRET},
    lambda: {"statusCode": 200, "body": "[" * 5000},
    lambda: {"statusCode": 200, "body": '{"response": ["fine"], "response": ["' + SECRET + '"]}'},
    lambda: {"statusCode": 200, "body": "x" * 4_000_000},
    lambda: {"statusCode": 200, "body": json.dumps({"response": ["x"] * 50_000})},
    lambda: {"statusCode": 200, "body": '{"response": ["fine"], "n": ' + "9" * 6000 + "}"},
    VALUE_ITSELF,
    lambda: deep(100_000),
    ring,
    lambda: object(),
    lambda: {"statusCode": 200, "body": b"bytes"},
    lambda: {1: 2, None: SECRET},
    lambda: raises(ValueError(SECRET)),
    lambda: raises(KeyError("\\ud800" + SECRET)),
    lambda: raises(SystemExit(SECRET)),
    lambda: raises(KeyboardInterrupt()),
    lambda: raises(BaseException(SECRET)),
    recursion,
    lambda: sys.exit(0),
    lambda: os._exit(0),
    lambda: os.abort(),
    lambda: os.kill(os.getpid(), 9),
    noise,
    closes,
    lingers,
    forks,
    lambda: bytearray(10**10),
    lambda: print(SECRET * 100_000) or fine(),
    lambda: [None for _ in iter(int, 1)],
]


def main(event, context):
    number = int(json.loads(event["body"])["entities"]["work_no"][0]["entity_value"][1:])
    random.seed(number)
    return WAYS[number % len(WAYS)]()
""".replace("VALUE_ITSELF", "lambda: VALUE()").replace("VALUE()", "random.choice(VALUES)")
