"""A version of a bot's code becomes a published version of a function on AWS Lambda. Everything here blocks.

What a version was made from stands in its description, so that a server that starts finds it again, and of two servers
that publish at once one finds the other's.
"""

import hashlib
import io
import re
import time
import zipfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from math import ceil
from pathlib import Path
from typing import Any

from msgspec import Struct

from botyard.errors import BotyardError
from botyard.integrations.sandbox.jail.jails import Source
from botyard.integrations.sandbox.jail.limits import Allowed

_RUNTIME = "python3.11"
_LEAST_MB = 128  # Lambda's
_TRIES, _PAUSE_S = 20, 0.5  # where another server is changing the same function
_CHECKED = ("Handler", "Timeout", "MemorySize")  # before what the function now is becomes a version
_WHEN = (1980, 1, 1, 0, 0, 0)  # of every file in a zip, so that the same code is the same zip


class Wish(Struct, frozen=True):
    """One file of one version of a bot, as a function. key: changes with anything of it. name: without prefix."""

    key: str
    name: str
    handler: str
    files: Mapping[str, str]
    packages: tuple[str, ...]
    timeout_s: int
    memory_mb: int


class Deployed(Struct, frozen=True):
    """A published version."""

    function: str
    version: str


class NotDeployed(BotyardError):
    """Others changed the function for too long."""

    code = "not_deployed"


def wish_of(source: Source, file: str, may: Allowed) -> Wish:
    """Say which function runs a file. Its time and memory are the version's, so they are of its key."""
    timeout_s, memory_mb = ceil(may.timeout_s), max(_LEAST_MB, may.memory_mb)
    handler = file.removesuffix(".py")
    whole = f"{source.key}\0{file}\0{timeout_s}\0{memory_mb}"
    readable = re.sub("[^A-Za-z0-9_-]", "-", handler)[-20:]
    of_bot = hashlib.sha256(f"{source.bot or source.key}\0{file}".encode()).hexdigest()[:16]
    key = hashlib.sha256(whole.encode()).hexdigest()
    return Wish(key, f"{readable}-{of_bot}", f"{handler}.main", source.files, source.packages, timeout_s, memory_mb)


class Overtaken(Exception):
    """Another server changed the function between our change and its publication."""


class Deploying:
    """Publishes through a boto3 client."""

    def __init__(self, client: Any, *, role: str, prefix: str, concurrency: int) -> None:
        self._client = client
        self._role = role
        self._prefix = prefix
        self._concurrency = concurrency

    def deployed(self, wish: Wish) -> Deployed:
        """Find the version, or make it. Raises NotDeployed, and what boto3 raises."""
        errors = self._client.exceptions
        for _ in range(_TRIES):
            try:
                return self._deployed(wish)
            except (errors.ResourceConflictException, errors.PreconditionFailedException, Overtaken):
                time.sleep(_PAUSE_S)
        raise NotDeployed(f"function {self._prefix}{wish.name} is being changed by others, without end")

    def _deployed(self, wish: Wish) -> Deployed:
        name = self._prefix + wish.name
        found = self._found(name, wish)
        if found is None:
            found = self._published(name, wish)
            self._point_live(name, found)
        return Deployed(name, found)

    def _found(self, name: str, wish: Wish) -> str | None:
        try:
            for page in self._client.get_paginator("list_versions_by_function").paginate(FunctionName=name):
                for version in page["Versions"]:
                    if version["Version"] != "$LATEST" and version.get("Description") == wish.key:
                        return str(version["Version"])
        except self._client.exceptions.ResourceNotFoundException:
            pass
        return None

    def _published(self, name: str, wish: Wish) -> str:
        """Change the function, and publish what it then is."""
        code = zipped({path: text.encode() for path, text in wish.files.items()})
        how = {
            "Role": self._role,
            "Runtime": _RUNTIME,
            "Handler": wish.handler,
            "Timeout": wish.timeout_s,
            "MemorySize": wish.memory_mb,
            "Layers": [self._layer(wish.packages)] if wish.packages else [],
        }
        try:
            self._client.create_function(FunctionName=name, Code={"ZipFile": code}, PackageType="Zip", **how)
            self._client.get_waiter("function_active_v2").wait(FunctionName=name)
        except self._client.exceptions.ResourceConflictException:  # there is one
            self._client.update_function_configuration(FunctionName=name, **how)
            self._client.get_waiter("function_updated_v2").wait(FunctionName=name)
            self._client.update_function_code(FunctionName=name, ZipFile=code)
        self._client.get_waiter("function_updated_v2").wait(FunctionName=name)
        # Before there is a version: whoever finds one looks no further, and this process may end right after.
        self._client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=self._concurrency)
        now = self._client.get_function_configuration(FunctionName=name)
        if now["CodeSha256"] != _mark_of(code) or any(now[key] != how[key] for key in _CHECKED):
            raise Overtaken
        mark = {key: now[key] for key in ("RevisionId",) if key in now}  # not all look-alikes have one
        made = self._client.publish_version(FunctionName=name, Description=wish.key, **mark)
        return str(made["Version"])

    def _point_live(self, name: str, version: str) -> None:
        where = {"FunctionName": name, "Name": "live", "FunctionVersion": version}
        try:
            self._client.update_alias(**where)
        except self._client.exceptions.ResourceNotFoundException:
            self._client.create_alias(**where)

    def _layer(self, folders: tuple[str, ...]) -> str:
        """Find the layer of these packages, or publish it. Folders are named by what is in them."""
        name = f"{self._prefix}packages-{hashlib.sha256(repr(folders).encode()).hexdigest()[:16]}"
        known = self._client.list_layer_versions(LayerName=name, MaxItems=1)["LayerVersions"]
        if known:
            return str(known[0]["LayerVersionArn"])
        content = {f"python/{path}": file.read_bytes() for folder in folders for path, file in _files_in(Path(folder))}
        made = self._client.publish_layer_version(
            LayerName=name, Content={"ZipFile": zipped(content)}, CompatibleRuntimes=[_RUNTIME]
        )
        return str(made["LayerVersionArn"])


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Pack files as Lambda takes them: readable by everybody, and the same bytes for the same files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(path, _WHEN)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return packed.getvalue()


def _files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            yield str(file.relative_to(folder)), file


def _mark_of(code: bytes) -> str:
    return b64encode(hashlib.sha256(code).digest()).decode()
