"""The JSON API against its own description: whatever is sent, no accident, and answers are what was promised."""

from __future__ import annotations

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from clients import SignedIn
from efficace.web.visitor import SESSION

EXAMPLES = 12
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_every_call_answers_as_described(app: FastAPI, signed_in: SignedIn) -> None:
    client = signed_in("analyst")
    schema = schemathesis.openapi.from_dict(client.get("/api/v1/openapi.json").json())
    schema.app = app
    sent = {"headers": {"X-CSRF-Token": client.headers["X-CSRF-Token"]}, "cookies": {SESSION: client.cookies[SESSION]}}
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 15
    for operation in operations:

        @seed(1)
        @settings(max_examples=EXAMPLES, database=None, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def answers_as_described(case: Case) -> None:
            case.validate_response(case.call(**sent), checks=CHECKS)

        answers_as_described()
