"""Whose certificates are believed when a receiver is called: those of the system's authorities, read when first needed.

Not at the start: reading them all takes as long as the rest of a start, and many bots call nobody by https.
"""

import asyncio
import ssl
from threading import Lock


class Trust:
    """One process's. tls: taken as it is; None trusts what the system trusts."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._lock = Lock()
        self._context = tls

    async def context(self) -> ssl.SSLContext:
        """Read the certificates while others go on, or take what was read."""
        if self._context is None:
            return await asyncio.to_thread(self._read)
        return self._context

    def _read(self) -> ssl.SSLContext:
        with self._lock:  # of many first calls one reads
            context = self._context = self._context or strict(ssl.create_default_context())
            return context


def strict(tls: ssl.SSLContext) -> ssl.SSLContext:
    """Change a context so that it speaks nothing old, and only to whom the certificate names."""
    tls.minimum_version = max(tls.minimum_version, ssl.TLSVersion.TLSv1_2)
    tls.check_hostname = True  # asks for a certificate too
    return tls
