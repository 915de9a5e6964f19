"""What Redis refuses, as a sentence that names the cure. Its own words are not passed on: they may quote a password."""

_RIGHTS = (
    "its user may not do what is needed: allow it +@read +@write +@connection +eval +evalsha +time on keys botyard:*"
)
_ADVICE = (
    ("username-password", "it refuses this user: check user and password in BOTYARD_REDIS_URL"),
    ("Authentication required", "it asks for a password: write it into BOTYARD_REDIS_URL"),
    ("AuthenticationError", "it refuses this user: check user and password in BOTYARD_REDIS_URL"),
    ("NoPermissionError", _RIGHTS),
    ("ReadOnlyError", "it is a read-only replica: BOTYARD_REDIS_URL must name the primary"),
    ("BusyLoadingError", "it is still loading its data; Botyard connects again by itself"),
    ("loading the dataset", "it is still loading its data; Botyard connects again by itself"),
    ("OutOfMemoryError", "its memory is full: raise maxmemory, or set maxmemory-policy to allkeys-lru"),
    ("maxmemory", "its memory is full: raise maxmemory, or set maxmemory-policy to allkeys-lru"),
    ("MISCONF", "it cannot write to its disk: free some space, or switch saving off (save '')"),
    ("MOVED", "it is a node of a cluster: BOTYARD_REDIS_URL must name a single server"),
    ("MovedError", "it is a node of a cluster: BOTYARD_REDIS_URL must name a single server"),
    ("DB index", "it has no database of this number: correct the number at the end of BOTYARD_REDIS_URL"),
    ("unknown command", "it is too old: Botyard needs Redis 5 or newer, or Valkey"),
    ("Name or service not known", "no such host is known: check the host in BOTYARD_REDIS_URL"),
    ("name resolution", "no such host is known: check the host in BOTYARD_REDIS_URL"),
    ("No address associated", "no such host is known: check the host in BOTYARD_REDIS_URL"),
    ("Errno -", "no such host is known: check the host in BOTYARD_REDIS_URL"),
    ("Error -", "no such host is known: check the host in BOTYARD_REDIS_URL"),
    ("Error 2 ", "nobody listens at that socket: is Redis running, and is the path in BOTYARD_REDIS_URL right?"),
    ("No such file", "nobody listens at that socket: is Redis running, and is the path in BOTYARD_REDIS_URL right?"),
    ("refused", "nobody listens there: is Redis running, and are host and port in BOTYARD_REDIS_URL right?"),
    (
        "Connect call failed",
        "nobody listens there: is Redis running, and are host and port in BOTYARD_REDIS_URL right?",
    ),
    ("SSL", "the encrypted connection failed: check the certificates, or write redis:// where there is no TLS"),
    (
        "TimeoutError",
        "it did not answer in time: check host and port in BOTYARD_REDIS_URL, the firewall, and whether Redis hangs",
    ),
    ("ConnectionError", "the connection was lost: is Redis running? Botyard connects again by itself"),
)


def advice_on(error: Exception, meanwhile: str) -> str:
    """Tell what an operator can do about it. meanwhile: how things go until it is done."""
    said = f"{type(error).__name__}: {error}"
    found = next((advice for words, advice in _ADVICE if words in said), "it cannot be used: check BOTYARD_REDIS_URL")
    return f"Redis: {found}; {meanwhile}"
