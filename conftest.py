"""What holds for every test and doctest: no network, a fixed clock, no screen.

The network is closed at the interpreter's audit hook, below every HTTP client; loopback stays
open for Jupyter kernels and browsers.
"""

from __future__ import annotations

import ipaddress
import os
import sys

from hypothesis import HealthCheck, settings

os.environ["SOURCE_DATE_EPOCH"] = "1514764800"  # 2018-01-01, what exports write as their date
os.environ["MPLBACKEND"] = "Agg"
os.environ["PROJ_NETWORK"] = "OFF"
os.environ["TZ"] = "UTC"

settings.register_profile(
    "suite",
    deadline=None,  # timings belong to benchmarks
    derandomize=True,  # a failure on one machine is a failure on every machine
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile("suite")


class NetworkUsedError(RuntimeError):
    """A test reached for another machine; no handler of OSError may swallow that."""


def is_local(host: object) -> bool:
    """Say whether an address stays on this machine."""
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        text = host.decode() if isinstance(host, bytes) else str(host)
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def close_network(event: str, args: tuple[object, ...]) -> None:
    """Refuse whatever would leave this machine."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = args[1]  # a tuple for the internet families, a path for Unix sockets
        host = address[0] if isinstance(address, tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = args[0]
    else:
        return
    if not is_local(host):
        raise NetworkUsedError(f"tests may not use the network ({event} to {host!r})")


sys.addaudithook(close_network)
