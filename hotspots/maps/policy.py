"""What a page may load and run: nothing but itself."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_ADDRESS = re.compile(r"https?://([a-z0-9.{}*-]+)", re.IGNORECASE)


def content_policy(
    scripts: Sequence[str],
    styles: Sequence[str],
    *,
    free_styles: bool = False,
    hosts: Sequence[str] = (),
) -> str:
    r"""Write the Content-Security-Policy of a page from what stands in it.

    Parameters
    ----------
    scripts, styles : sequence of str
        The texts between the page's script and style tags; nothing else runs.
    free_styles : bool
        Whether layers added by hand may bring styles of their own.
    hosts : sequence of str
        Other machines that such layers ask for.

    Returns
    -------
    str

    References
    ----------
    .. [1] https://www.w3.org/TR/CSP3/

    Examples
    --------
    >>> print(content_policy([""], []).replace("; ", "\n"))
    default-src 'none'
    script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
    style-src 'none'
    img-src data:
    base-uri 'none'
    form-action 'none'
    """
    outside = [f"https://{host}" for host in hosts]
    script = " ".join([*map(_hash, scripts), *outside])
    free = hosts or free_styles
    style = " ".join(["'unsafe-inline'", *outside] if free else map(_hash, styles)) or "'none'"
    image = " ".join(["data:", *(["https:"] if hosts else [])])
    rules = [
        "default-src 'none'",
        f"script-src {script}",
        f"style-src {style}",
        f"img-src {image}",
        *([f"font-src data: {' '.join(outside)}"] if hosts else []),
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(rules)


def hosts_in(text: str) -> list[str]:
    """List the machines whose addresses stand in a text, in order and once each.

    Examples
    --------
    >>> hosts_in('<script src="https://cdn.example/a.js"></script> https://{s}.tiles.example/')
    ['cdn.example', '*.tiles.example']
    """
    found = (host.lower().replace("{s}", "*") for host in _ADDRESS.findall(text))
    return list(dict.fromkeys(found))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
