"""The JSON API: all that the pages show, versioned, under the same rights."""

from efficace.web.api.routes import make_api

__all__ = ["make_api"]
