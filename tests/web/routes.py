"""All routes of the app, found in the app itself, so that no test can forget a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

API = "/api/"


@dataclass(frozen=True, order=True)
class Route:
    """A route: its method, its path as declared, and the parameters that its function reads from the address."""

    method: str
    path: str
    parameters: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def routes_of(app: FastAPI) -> Sequence[Route]:
    """The routes of an app, in order of their paths."""
    found = set()
    for context in iter_route_contexts(app.routes):
        original = context.original_route
        assert isinstance(original, APIRoute), f"{context.path}: a kind of route that the tests do not know"
        known = tuple(name.alias for name in original.dependant.query_params) + tuple(
            parameter.alias for part in original.dependant.dependencies for parameter in part.query_params
        )
        found |= {Route(method, str(context.path), known) for method in context.methods or ()}
    return sorted(found)
