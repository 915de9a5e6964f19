"""The one network namespace that all jails share: the public internet, names, and nothing else.

slirp4netns carries packets for a namespace without asking for any right; it would carry them to the host's own
addresses and to the metadata service too, so it is not the wall. The wall is nftables inside the namespace, over which
a jail has no rights: everything is dropped but TCP to public IPv4 addresses, and names asked of one resolver.
"""

import os
import re
import select
import subprocess
from pathlib import Path

from msgspec import Struct

from botyard.errors import BotyardError
from botyard.integrations.addresses import NEVER, PRIVATE
from botyard.integrations.sandbox.jail.jail import Egress
from botyard.integrations.sandbox.jail.launch import ENVIRONMENT

RESOLVER = "10.0.2.3"  # slirp4netns answers there for whatever resolver the host has
_START_S = 5.0
# Connections, and questions for names, of all code together. Where nobody answers, slirp4netns holds a socket for more
# than a minute: one bot could take all that it may open (LimitNOFILE in deploy/systemd), and the others' network away.
_NEW_A_SECOND, _NEW_AT_ONCE = 500, 1000
# What keeps the namespace only waits: it needs none of the rights that whoever makes one has over it.
_WITHOUT_RIGHTS = ("setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all")
_INSIDE = ("--user", "--net", "--preserve-credentials", "--")


class NoNetwork(BotyardError):
    """Custom code has to do without a network. The sentence says why, and what would change it."""

    code = "no_network"


class Network(Struct, frozen=True):
    """The namespace while it lasts: it ends when `close` is called, or with us. own: what `keep_shut` has shut."""

    egress: Egress
    holder: subprocess.Popen[bytes]
    carrier: subprocess.Popen[bytes]
    exit_fd: int
    own: set[str]

    def keep_shut(self) -> None:
        """Shut addresses that the host was given since: what listens there trusts its own machine. Raises NoNetwork."""
        if came := own_addresses() - self.own:
            more = f"add element inet botyard closed {{ {', '.join(came)} }}"
            _told_nft(self.holder.pid, more, otherwise=f"custom code may reach this machine at {', '.join(came)}")
            self.own.update(came)

    def close(self) -> None:
        """End it. Jails that still use it lose the network."""
        os.close(self.exit_fd)
        for process in (self.carrier, self.holder):
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream:
                    stream.close()


def open_network() -> Network:
    """Make the namespace, shut it, and only then connect it. Raises NoNetwork."""
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        raise NoNetwork(
            "custom code has no network: /dev/net/tun cannot be opened (chmod 0666 /dev/net/tun, or give the container"
            " the device)"
        )
    own = own_addresses()
    made = ("unshare", "--user", "--map-root-user", "--net", "--")
    holder = _start(*made, *_WITHOUT_RIGHTS, "sh", "-c", "echo && exec cat")
    carrier: subprocess.Popen[bytes] | None = None
    is_open = False
    read_fd, exit_fd = os.pipe()
    ready_fd, theirs = os.pipe()
    try:
        _wait(holder.stdout.fileno() if holder.stdout else -1, holder, "unshare")
        _told_nft(holder.pid, rules(), otherwise="custom code has no network")
        carrier = _start(
            *("slirp4netns", "--configure", "--mtu=65520", "--disable-host-loopback", "--enable-sandbox"),
            *("--enable-seccomp", f"--ready-fd={theirs}", f"--exit-fd={read_fd}", str(holder.pid), "tap0"),
            fds=(theirs, read_fd),
        )
        os.close(theirs)
        theirs = -1
        _wait(ready_fd, carrier, "slirp4netns")
        is_open = True
        return Network(Egress(holder.pid, RESOLVER), holder, carrier, exit_fd, own)
    finally:
        for fd in (read_fd, ready_fd, *((theirs,) if theirs >= 0 else ()), *(() if is_open else (exit_fd,))):
            os.close(fd)
        if not is_open:
            _give_up(holder, carrier)


def rules() -> str:
    """Write what nftables enforces. What is refused is told so at once, for code that would wait otherwise.

    Of what begins there is only so much: for each, slirp4netns holds a socket of the host's.
    """
    closed = ", ".join(str(network) for network in (*NEVER, *PRIVATE) if network.version == 4)  # noqa: PLR2004 - IPv4
    own = ", ".join(own_addresses())
    too_many = f"limit rate over {_NEW_A_SECOND}/second burst {_NEW_AT_ONCE} packets"
    return f"""
table inet botyard {{
  set closed {{ type ipv4_addr; flags interval; auto-merge; elements = {{ {closed}, {own} }} }}
  chain out {{
    type filter hook output priority 0; policy drop;
    oifname "lo" tcp flags & rst == rst accept comment "so that what is refused on lo is told so"
    oifname "lo" icmp type destination-unreachable accept
    oifname "lo" meta l4proto tcp reject with tcp reset
    oifname "lo" reject
    ip daddr {RESOLVER} udp dport 53 {too_many} reject
    tcp flags & (syn | ack) == syn {too_many} reject with tcp reset
    ip daddr {RESOLVER} meta l4proto {{ tcp, udp }} th dport 53 accept
    ip daddr @closed meta l4proto tcp reject with tcp reset
    ip daddr @closed reject
    tcp dport 25 reject with tcp reset comment "nobody sends spam from here"
    meta nfproto ipv4 meta l4proto tcp accept
    meta l4proto tcp reject with tcp reset
    reject
  }}
}}
"""


def own_addresses() -> set[str]:
    """List the host's own addresses, public ones too: what listens there is not the open internet. Raises NoNetwork."""
    try:
        trie = Path("/proc/net/fib_trie").read_text()
    except OSError as error:
        raise NoNetwork(f"custom code cannot be kept from this machine's own addresses: {error}") from error
    return {*re.findall(r"\|-- ([\d.]+)\n\s+/32 host LOCAL", trie), "127.0.0.1"}


def _told_nft(holder: int, orders: str, *, otherwise: str) -> None:
    """Have nftables do something. otherwise: what is so where it does not. Raises NoNetwork."""
    try:
        done = subprocess.run(  # noqa: S603 - our own command line
            _nft(holder),
            input=orders.encode(),
            env=ENVIRONMENT,
            capture_output=True,
            timeout=_START_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoNetwork(f"{otherwise}: nft could not be run ({error})") from error
    if done.returncode:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()[:500]
        raise NoNetwork(f"{otherwise}: nftables refused its rules ({said}; Debian: package nftables)")


def _nft(holder: int) -> tuple[str, ...]:
    return ("nsenter", "--target", str(holder), *_INSIDE, "nft", "-f", "-")


def _start(*command: str, fds: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - our own command line
            command,
            env=ENVIRONMENT,
            cwd="/",
            pass_fds=fds,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        raise NoNetwork(
            f"custom code has no network: {command[0]} cannot be started ({error.strerror}; Debian: apt-get install"
            " slirp4netns nftables)"
        ) from error


def _wait(fd: int, process: subprocess.Popen[bytes], name: str) -> None:
    if not select.select([fd], [], [], _START_S)[0] or not os.read(fd, 1):
        process.kill()
        said = process.communicate()[0].decode("utf-8", "replace").strip()[-500:]
        raise NoNetwork(f"custom code has no network: {name} did not start ({said})")


def _give_up(*processes: subprocess.Popen[bytes] | None) -> None:
    for process in processes:
        if process is not None:
            process.kill()
            process.communicate()
