"""Web addresses that servers name: how one is sent, how it is shown, and which may not be gone to.

Edit this where another kind of address must be kept from an index or a redirect.
"""

from __future__ import annotations

import re
import socket
import string
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote, urlsplit, urlunsplit

from ..errors import SourceError

_MAX_SHOWN = 300
_LOGIN = re.compile(r"//[^/?#\\]*@")
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+", re.ASCII)
# Where clouds hand out credentials; ipaddress calls the first three ordinary.
_METADATA = frozenset(map(ip_address, ("168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254")))
_SHARED = ip_network("100.64.0.0/10")
_NAT64 = ip_network("64:ff9b::/96")

IPAddress = IPv4Address | IPv6Address


def sendable(url: str) -> str:
    """``url`` as a request may carry it, with its login; raises SourceError when it is not http(s) to a host."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
        if ":" in host:
            ip_address(host)
        host.encode("idna")  # what Python does with any host: labels may be empty or too long
        path, query = (quote(part, safe=string.punctuation) for part in (parts.path, parts.query))
        login, found, _ = parts.netloc.rpartition("@")
        login = quote(login, safe=string.punctuation)
    except ValueError:
        host = ""
    if not _HOST.fullmatch(host) or parts.scheme not in ("http", "https"):
        raise SourceError(f"{without_password(url)} is not an http or https address")
    place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
    return urlunsplit((parts.scheme, login + found + place, path or "/", query, ""))


def without_password(url: str) -> str:
    """``url`` without a user's name and password, in one line fit to be printed, whatever it holds."""
    shown = _LOGIN.sub("//", url[: 4 * _MAX_SHOWN])
    shown = "".join(char if char.isprintable() else "?" for char in shown)
    return shown if len(shown) <= _MAX_SHOWN else shown[:_MAX_SHOWN] + "…"


def without_login(address: str) -> str:
    """What `sendable` gave, less a user's name and password."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def origin(url: str) -> str:
    """The server of an address: scheme, host and port. Raises SourceError as `sendable` does."""
    parts = urlsplit(sendable(url))
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


def addresses(host: str, port: int = 0) -> list[IPAddress]:
    """What ``host`` stands for, numbers in any spelling too; raises OSError when nothing is known of it."""
    return [ip_address(str(found[4][0])) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_inner(address: IPAddress) -> bool:
    """Whether ``address`` is of this machine or of a private network."""
    address = _unwrapped(address)
    return address.is_private or address.is_loopback or (address.version == 4 and address in _SHARED)


def is_forbidden(address: IPAddress) -> bool:
    """Whether no one's word may send us to ``address``: link-local, metadata of clouds, all of a network."""
    address = _unwrapped(address)
    site_local = isinstance(address, IPv6Address) and address.is_site_local
    special = address.is_link_local or address.is_multicast or address.is_unspecified or site_local
    broadcast = address.version == 4 and (address.is_reserved or int(address) >> 24 == 0)
    return special or broadcast or address in _METADATA


def _unwrapped(address: IPAddress) -> IPAddress:
    """The IPv4 address that an IPv6 one carries, else ``address``, without its zone."""
    if isinstance(address, IPv4Address):
        return address
    carried = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    if carried is None and address in _NAT64:
        carried = IPv4Address(int(address) & 0xFFFFFFFF)
    if carried is None and 1 < int(address) < 2**32:  # the old form ::a.b.c.d
        carried = IPv4Address(int(address))
    return carried or IPv6Address(int(address))
