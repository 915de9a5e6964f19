"""The addresses of the chat page: `/chat/BUSINESS_ID` and its socket."""

import secrets
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from botyard.channels.web.origin import may_open
from botyard.channels.web.ports import Chats
from botyard.channels.web.socket import ChatSocket
from botyard.errors import BotyardError

# Ids fit 64 bits; what is longer is nobody's.
_ID_DIGITS = 18
_HERE = Path(__file__).parent


def chat_routes(chats: Chats, *, origins: tuple[str, ...] = ()) -> list[BaseRoute]:
    """Make the routes. origins: other sites that may show the chat and open its socket, as `https://shop.example`."""
    chat, nobody = (_HERE / name for name in ("page.html", "nobody.html"))
    page, nobody_here = chat.read_text("utf-8"), nobody.read_text("utf-8")

    async def show(request: Request) -> Response:
        try:
            facts = await chats.facts(_business_id(request.path_params["business_id"]))
        except BotyardError as error:
            return _html(nobody_here, why=error.sentence, status=error.http_status, origins=origins)
        return _html(page, why=facts.business, status=200, origins=origins)

    async def talk(socket: WebSocket) -> None:
        if not may_open(socket.headers.get("origin"), socket.headers.get("host", ""), origins):
            await socket.close(1008, "this page may not open this chat")
            return
        await ChatSocket(socket, chats, _business_id(socket.path_params["business_id"])).serve()

    return [
        Route("/chat/{business_id}", show, methods=["GET"]),
        Route("/chat/{business_id}/", show, methods=["GET"]),
        WebSocketRoute("/chat/{business_id}/socket", talk),
    ]


def _business_id(written: str) -> int:
    """Read the address; what is no number is nobody's number."""
    is_id = written.isascii() and written.isdigit() and len(written) <= _ID_DIGITS
    return int(written) if is_id else 0


def _html(page: str, *, why: str, status: int, origins: tuple[str, ...]) -> Response:
    nonce = secrets.token_urlsafe(16)
    filled = page.replace("{{nonce}}", nonce).replace("{{words}}", escape(why))
    return HTMLResponse(filled, status, headers=_headers(nonce, origins))


def _headers(nonce: str, origins: tuple[str, ...]) -> dict[str, str]:
    """Let nothing run but the page's own script, and no string become markup (Trusted Types)."""
    policy = {
        "default-src": "'none'",
        "script-src": f"'nonce-{nonce}'",
        "style-src": f"'nonce-{nonce}'",
        "img-src": "'self' data: http: https:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": " ".join(("'self'", *origins)),
        "require-trusted-types-for": "'script'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
