"""The files that pages need, as they are given out: packed once, and named by what is in them.

An address changes with the content, so that browsers may keep a file for ever and still see a new one at once.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from threading import Lock

STATIC = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
}
PACKED = frozenset({".css", ".js", ".svg"})
"""Kinds that shrink; fonts are packed as they are."""
CHARTS = "vega.js"
"""The one file that is made, not kept: what draws charts."""
SNIPPET = "window.vegaEmbed = vegaEmbed;"
VEGA_LITE = "6.4"
_OTHER = re.compile(r"url\(([\w.-]+)\)")
_making = Lock()


@dataclass(frozen=True)
class StaticFile:
    """A file as it travels.

    Attributes:
        packed: The same by gzip; None where that saves nothing.
    """

    content: bytes
    packed: bytes | None
    kind: str


def address(name: str) -> str:
    """Where browsers get a file."""
    return f"/static/{name}?v={fingerprint(name)}"


def fingerprint(name: str) -> str:
    """What tells this content from any other; 0 for what does not exist."""
    if name == CHARTS:
        made_of = f"{version('vl-convert-python')} {VEGA_LITE} {SNIPPET}"
        return sha256(made_of.encode()).hexdigest()[:12]
    found = file(name)
    return "0" if found is None else _fingerprint(found.content)


def file(name: str) -> StaticFile | None:
    """A file by its name; None where there is none."""
    path = STATIC / name
    is_ours = path.suffix in TYPES and path.parent == STATIC and path.is_file()
    return _read(path, path.stat().st_mtime_ns) if is_ours else None


def charts() -> StaticFile:
    """Vega, Vega-Lite and their embedding as one script; made once a server, which takes two seconds."""
    with _making:
        return _charts()


@lru_cache(maxsize=64)
def _read(path: Path, _changed_at: int) -> StaticFile:
    content = path.read_bytes()
    if path.suffix == ".css":
        content = _OTHER.sub(lambda found: f"url({address(found[1])})", content.decode()).encode()
    packed = gzip.compress(content, 9, mtime=0) if path.suffix in PACKED else None
    return StaticFile(content, packed, TYPES[path.suffix])


@cache
def _charts() -> StaticFile:
    import vl_convert

    content = vl_convert.javascript_bundle(SNIPPET, vl_version=VEGA_LITE).encode()
    return StaticFile(content, gzip.compress(content, 9, mtime=0), TYPES[".js"])


@lru_cache(maxsize=64)
def _fingerprint(content: bytes) -> str:
    return sha256(content).hexdigest()[:12]
