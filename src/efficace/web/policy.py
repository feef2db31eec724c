"""What browsers may load and run on a page, and where the page may stand."""

from __future__ import annotations

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing from elsewhere, nothing inline, no code made at run time."""

EMBEDDABLE = POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
"""The same for a page that may stand within another page of this server."""
