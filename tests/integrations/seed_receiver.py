"""The seed's sample receiver, in Python 3 and with its logic unchanged: what real receivers out there look like.

It reads the length with int(), compares the whole header as text, and answers in HTTP/1.0 without a length.
"""

import hashlib
import hmac
import json
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer


class WebhookServer(BaseHTTPRequestHandler):
    """The seed's class of this name."""

    def _set_headers(self, status_code: int, content_type: str) -> None:
        self.send_response(status_code)
        self.send_header("Content-type", content_type)
        self.end_headers()

    def do_GET(self) -> None:
        """Show that it is there."""
        self._set_headers(status_code=200, content_type="text/html")
        self.wfile.write(b"<html><body><h1>Test Server</h1></body></html>")

    def do_POST(self) -> None:
        """Check and answer, in the seed's order."""
        header = Message()
        header["Content-Type"] = str(self.headers["Content-Type"])
        if header.get_content_type() != "application/json":
            self.refuse(400)
            return
        length = int(self.headers["Content-Length"])
        if not length:
            self.refuse(400)
            return
        body = self.rfile.read(length)
        data = json.loads(body)
        hash_value = hmac.new(b"test", body, hashlib.sha1).hexdigest()
        if f"sha1={hash_value}" != self.headers["X-Hub-Signature"]:
            self.refuse(401)
            return
        entities = data["entities"]
        product_name = entities["product_name"][0]["entity_value"] if entities.get("product_name") else None
        if product_name == "speaker":
            message = "The Wireless Radio Alarm Clock Speaker can be yours only for Rs.1599"
        elif product_name == "powerbank":
            message = "The Ambrane Powerbank can be yours only for Rs.1799"
        else:
            self.refuse(400)
            return
        self._set_headers(status_code=200, content_type="application/json")
        self.wfile.write(json.dumps({"status": True, "response": [message]}).encode())

    def refuse(self, status: int) -> None:
        """Answer with a status and nothing else."""
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def make() -> HTTPServer:
    """Listen on a free port."""
    return HTTPServer(("127.0.0.1", 0), WebhookServer)
