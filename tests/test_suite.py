"""The test suite keeps its own promises: no network, a fixed clock, a browser that is offline."""

from __future__ import annotations

import os
import socket
import urllib.request

import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.invalid", b"198.51.100.7"])
def test_the_network_is_closed(host):
    with pytest.raises(RuntimeError, match="may not use the network"):
        socket.getaddrinfo(host, 443)


def test_a_connection_by_number_is_refused():
    with socket.socket() as outward, pytest.raises(RuntimeError, match="may not use"):
        outward.connect(("192.0.2.1", 443))


def test_a_datagram_is_refused():
    with (
        socket.socket(type=socket.SOCK_DGRAM) as outward,
        pytest.raises(RuntimeError, match="may not use"),
    ):
        outward.sendto(b"x", ("192.0.2.1", 53))


def test_an_http_client_is_refused():
    scheme = "http"
    with pytest.raises(RuntimeError, match="may not use"):
        urllib.request.urlopen(f"{scheme}://192.0.2.1/", timeout=1)  # noqa: S310


def test_loopback_stays_open():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        peer, _ = server.accept()
        with peer:
            client.sendall(b"x")
            assert peer.recv(1) == b"x"


def test_the_clock_of_exports_is_fixed():
    assert os.environ["SOURCE_DATE_EPOCH"] == "1514764800"


def test_matplotlib_needs_no_screen():
    import matplotlib as mpl

    assert mpl.get_backend().lower() == "agg"


def test_the_offline_page_reads_files_and_records_requests(offline_page, tmp_path):
    file = tmp_path / "page.html"
    file.write_text(
        "<title>seen</title><img src='//192.0.2.1/tile.png'><script>missing()</script>",
        encoding="utf-8",
    )
    offline_page.goto(file.as_uri())
    assert offline_page.title() == "seen"
    offline_page.set_content("<img src='https://192.0.2.1/a.png' onerror='this.alt=1'>")
    offline_page.wait_for_selector("img[alt='1']", state="attached")
    assert "https://192.0.2.1/a.png" in offline_page.outgoing
    assert any("missing" in text for text in offline_page.complaints)
