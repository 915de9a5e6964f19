"""One user after the other, one turn after the other: what a single turn takes, and whether it is answered at all."""

import json
import sys
import time
from http.client import HTTPConnection

from bench.driven import SENTENCES
from bench.ours import Business
from bench.target import SENTENCE


class Client:
    """One user agent with a kept connection. business: whose partner it is."""

    def __init__(self, port: int, business: Business) -> None:
        self._http = HTTPConnection("127.0.0.1", port, timeout=60)
        self._business = business
        self._headers = {
            "client-id": business.client_id,
            "Authorization": f"Bearer {business.token}",
            "Content-Type": "application/json",
        }

    def meet(self, user: int) -> None:
        """Make a user known."""
        self._post("/v1.0/user/", {"auth_id": f"user{user}", "name": f"User {user}"})

    def turn(self, user: int, number: int) -> float:
        """Take one turn; milliseconds."""
        said = {"message_body": SENTENCES[number % len(SENTENCES)], "message_type": 0}
        whole = {"user": {"auth_id": f"user{user}"}, "business_id": self._business.business_id, **said}
        started = time.perf_counter()
        answer = self._post("/v1.0/sync_message_from_user/", whole)
        took = (time.perf_counter() - started) * 1000
        if SENTENCE.encode() not in answer:
            sys.exit(f"turn {number} of user {user} was not answered by the webhook: {answer[:300]!r}")
        return took

    def _post(self, path: str, body: object) -> bytes:
        self._http.request("POST", path, json.dumps(body), self._headers)
        return self._http.getresponse().read()
