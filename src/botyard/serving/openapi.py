"""The OpenAPI 3.1 document, made from the endpoints and their types."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from botyard.serving.answers import Refusal
from botyard.serving.endpoint import Endpoint, NoBody, anybody


def document(endpoints: Sequence[Endpoint[Any, Any]], *, title: str, version: str) -> dict[str, Any]:
    """Describe every endpoint: what it takes, what it answers, who may call it."""
    types = _types(endpoints)
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    of = dict(zip(types, schemas, strict=True))
    paths: dict[str, Any] = {}
    for endpoint in endpoints:
        for method in endpoint.methods:
            paths.setdefault(endpoint.path, {})[method.lower()] = _operation(endpoint, of)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SCHEMES},
    }


_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer"},
    "client": {"type": "apiKey", "in": "header", "name": "client-id"},
}


def _types(endpoints: Iterable[Endpoint[Any, Any]]) -> list[type[Struct]]:
    named: list[type[Struct] | None] = [Refusal]
    for endpoint in endpoints:
        named += [_taken(endpoint), endpoint.answer]
    return list(dict.fromkeys(one for one in named if one is not None))


def _taken(endpoint: Endpoint[Any, Any]) -> type[Struct] | None:
    return endpoint.takes if endpoint.body is NoBody else endpoint.body


def _operation(endpoint: Endpoint[Any, Any], of: dict[type[Struct], dict[str, Any]]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "done"}
    if endpoint.answer is not None:
        success["content"] = _json(of[endpoint.answer])
    refused = {"description": "refused: the sentence says why", "content": _json(of[Refusal])}
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "responses": {"200": success, "default": refused},
    }
    if endpoint.identify is not anybody:
        operation["security"] = [{"token": [], "client": []}]
    taken = _taken(endpoint)
    if taken is not None:
        operation["requestBody"] = {"required": True, "content": _json(of[taken])}
    parameters = [
        {"name": name, "in": "query", "description": meaning, "schema": {"type": "string"}}
        for name, meaning in (endpoint.query or {}).items()
    ]
    if endpoint.once is not None:
        parameters.append(_KEY)
    return operation | ({"parameters": parameters} if parameters else {})


_KEY: dict[str, Any] = {
    "name": "idempotency-key",
    "in": "header",
    "description": "your name for this request: done once in 24 h; 422 where it named another user's",
    "schema": {"type": "string", "maxLength": 255},
}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
