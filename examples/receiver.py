"""A receiver for the webhooks of a Botyard bot, in plain Python: start it, point a node at it, change it.

    python examples/receiver.py [--port 9009] [--secret test]

POST /        and
POST /price   say what a product costs (entity `product_name`: speaker or powerbank)
POST /order   confirm an order (entities `product_name` and `quantity`; a `phone_number` is remembered)
GET  /        says hello

Every POST must be signed: the node's secret and --secret are the same text.
"""

import argparse
import contextlib
import hashlib
import hmac
import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PRICES = {"speaker": 1599, "powerbank": 1799}

NAMES = {
    "en": {"speaker": "Wireless Radio Alarm Clock Speaker", "powerbank": "Ambrane Powerbank"},
    "hi": {"speaker": "वायरलेस रेडियो अलार्म क्लॉक स्पीकर", "powerbank": "एम्ब्रेन पावरबैंक"},
}

PRICE = {
    "en": "The {name} can be yours for only Rs. {price}",
    "hi": "{name} केवल रु. {price} में आपका हो सकता है",
}

ORDER = {
    "en": "Thank you! We keep {quantity} × {name} for you, and call when it is ready. The total is Rs. {total}.",
    "hi": "धन्यवाद! {quantity} × {name} आपके लिए रखे हैं, तैयार होने पर हम कॉल करेंगे। कुल राशि रु. {total} है।",
}

NOT_ORDERED = {
    "en": "Nothing was ordered yet: we sell from 1 to 99 at a time. How many would you like?",
    "hi": "अभी कुछ ऑर्डर नहीं हुआ: हम एक बार में 1 से 99 तक बेचते हैं। आपको कितने चाहिए?",
}

MOST_PIECES = 99


def price(call: dict[str, Any]) -> dict[str, Any] | None:
    """Say what a product costs, and remember which one was asked for; None where nobody knows the product."""
    product = first_value(call, "product_name")
    if product not in PRICES:
        return None
    text = in_language(call, PRICE).format(name=in_language(call, NAMES)[product], price=PRICES[product])
    return {"status": True, "response": [text], "conversation_data": {"last_product": product}}


def order(call: dict[str, Any]) -> dict[str, Any] | None:
    """Confirm an order; a product that is missing here is the one whose price was asked for last."""
    product = first_value(call, "product_name") or call.get("conversation_data", {}).get("last_product")
    quantity = whole_number(first_value(call, "quantity"))
    if product not in PRICES:
        return None
    if not 1 <= quantity <= MOST_PIECES:
        return {"status": False, "response": [in_language(call, NOT_ORDERED)]}
    name = in_language(call, NAMES)[product]
    text = in_language(call, ORDER).format(quantity=quantity, name=name, total=quantity * PRICES[product])
    answer = {"status": True, "response": [text], "conversation_data": {"last_product": product}}
    phone = first_value(call, "phone_number")
    return answer | {"permanent_user_data": {"phone_number": phone}} if phone else answer


PATHS: dict[str, Callable[[dict[str, Any]], dict[str, Any] | None]] = {"/": price, "/price": price, "/order": order}


class Receiver(BaseHTTPRequestHandler):
    """Answers one call. secret: set by `serve`."""

    secret = "test"  # noqa: S105 - the seed's own sample secret

    def do_GET(self) -> None:
        """Say hello, so that somebody with a browser sees that the receiver is there."""
        self.answer(200, b"<html><body><h1>Test Server</h1></body></html>", "text/html")

    def do_POST(self) -> None:
        """Check the call, in this order: form, signature, meaning."""
        length = whole_number(self.headers.get("Content-Length"))
        if self.headers.get_content_type() != "application/json" or length < 1:
            self.answer(400)
            return
        body = self.rfile.read(length)
        if not is_signed(body, self.headers.get("X-Hub-Signature", ""), self.secret):
            self.answer(401)
            return
        said = PATHS.get(self.path.partition("?")[0])
        try:
            found = said(json.loads(body)) if said else None
        except (ValueError, LookupError, TypeError, AttributeError):
            found = None  # signed, and yet not a call we understand
        if found is None:
            self.answer(400)
        else:
            self.answer(200, json.dumps(found, ensure_ascii=False).encode())

    def answer(self, status: int, body: bytes = b"", content_type: str = "application/json") -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether the call comes from somebody who knows the secret. Compared in constant time, as bytes."""
    expected = "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))


def first_value(call: dict[str, Any], entity: str) -> Any:
    """Take an entity's first value; an object with a unit counts as its value. None where there is none."""
    values = call["entities"].get(entity)
    found = values[0]["entity_value"] if values else None
    return found.get("value") if isinstance(found, dict) else found


def in_language(call: dict[str, Any], texts: dict[str, Any]) -> Any:
    """Choose the user's language, English where we do not speak it."""
    return texts.get(call["user"]["language_code"], texts["en"])


def whole_number(text: str | None) -> int:
    """Read a whole number; 0 where it is none."""
    return int(text) if text is not None and text.isascii() and text.isdecimal() else 0


def serve(port: int, secret: str, host: str = "127.0.0.1") -> ThreadingHTTPServer:
    """Make the server; its `serve_forever` runs it. port: 0 takes a free one, see `server_port`."""
    return ThreadingHTTPServer((host, port), type("SecretReceiver", (Receiver,), {"secret": secret}))


def main() -> None:
    """Run until Ctrl-C."""
    parser = argparse.ArgumentParser(description="A sample receiver for webhooks of Botyard.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=9009, help="port to listen on (9009)")
    parser.add_argument("--secret", default="test", help="the node's secret (test)")
    options = parser.parse_args()
    with serve(options.port, options.secret, options.host) as server:
        print(f"Receiver at http://{options.host}:{server.server_port}/, Ctrl-C ends it", flush=True)  # noqa: T201 - a program that talks
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()


if __name__ == "__main__":
    main()
