"""Refuse and write down every network use beyond loopback, in any Python process that loads this file.

Python imports a module of this name at start, so a folder on PYTHONPATH guards child processes too; the
tests' conftest loads it into the test run itself. It listens to the interpreter's own audit events, which
cannot be switched off again, so it also sees libraries that hide their connections.
"""

import ipaddress
import os
import sys

ADDRESS_EVENTS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
NAME_EVENTS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
LOG_VARIABLE = "NEXTDOLLAR_NETWORK_LOG"


class NetworkUseError(RuntimeError):
    """Something reached for a machine other than this one."""


def is_local(host: object) -> bool:
    """Tell whether a host, given as name or address, is this machine."""
    if host is None:
        return True
    text = host.decode() if isinstance(host, bytes | bytearray) else str(host)
    if text in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def host_of(event: str, details: tuple[object, ...]) -> object:
    """Return the host that an audit event reaches for; None where it stays on this machine."""
    if event in NAME_EVENTS:
        return details[0]
    if event == "socket.getnameinfo" or event in ADDRESS_EVENTS:
        address = details[-1]
        # A path or bytes is a socket in the file system; a connected socket sends to no address.
        return address[0] if isinstance(address, tuple) else None
    return None


def refuse(event: str, details: tuple[object, ...]) -> None:
    """Audit hook: raise and log where a host is not this machine."""
    if not event.startswith("socket."):
        return
    host = host_of(event, details)
    if is_local(host):
        return
    log = os.environ.get(LOG_VARIABLE)
    if log:
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"{event} {host}\n")
    raise NetworkUseError(f"{event} reaches for {host}, which is not this machine")


sys.addaudithook(refuse)
