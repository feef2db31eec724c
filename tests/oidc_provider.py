"""A small provider of identities, run as its own program: ``python oidc_provider.py PORT SECRET``.

It speaks OpenID Connect by Authlib's server: authorization code, PKCE demanded, signed id tokens. Who signs in, and
what is told of them, is set by ``POST /people`` (JSON claims), as an admin of a real one would.
"""

from __future__ import annotations

import sys
from base64 import b64decode
from typing import Any

import uvicorn
from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import AuthorizationCodeMixin, UserInfo
from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

CLIENT = "efficace"
KEY = RSAKey.generate_key(2048, parameters={"kid": "one"}, private=True)
FORGED = RSAKey.generate_key(2048, parameters={"kid": "one"}, private=True)
PERSON: dict[str, Any] = {}
CODES: dict[str, Code] = {}


class Client(ClientMixin):  # type: ignore[misc]
    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return ""

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == "http://testserver/sign-in/oidc/callback"

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == sys.argv[2]

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    def __init__(self, code: str, request: OAuth2Request) -> None:
        data = request.payload.data
        self.code, self.redirect_uri, self.scope = code, data["redirect_uri"], data["scope"]
        self.nonce, self.code_challenge = data.get("nonce"), data["code_challenge"]
        self.code_challenge_method, self.person = data["code_challenge_method"], dict(PERSON)

    def get_redirect_uri(self) -> str:
        return str(self.redirect_uri)

    def get_scope(self) -> str:
        return str(self.scope)

    def get_nonce(self) -> str:
        return str(self.person.get("_nonce") or self.nonce)

    def get_auth_time(self) -> None:
        return None

    get_acr = get_amr = get_auth_time


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        CODES[code] = Code(code, request)

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        return CODES.get(code)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        del CODES[authorization_code.code]

    def authenticate_user(self, authorization_code: Code) -> dict[str, Any]:
        return authorization_code.person


class Identities(OpenIDCode):  # type: ignore[misc]
    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return any(code.nonce == nonce for code in CODES.values())

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        return FORGED if PERSON.get("_forged") else KEY

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        return {"iss": PERSON.get("_issuer", issuer()), "aud": [PERSON.get("_audience", CLIENT)]}

    def get_encode_header(self, client: Client) -> dict[str, str]:
        return {"alg": "RS256", "kid": "one"}

    def generate_user_info(self, user: dict[str, Any], scope: str) -> UserInfo:
        return UserInfo({name: value for name, value in user.items() if not name.startswith("_")})


class Server(AuthorizationServer):  # type: ignore[misc]
    def query_client(self, client_id: str) -> Client | None:
        return Client() if client_id == CLIENT else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Nothing here is asked by an access token."""

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        if isinstance(body, dict):
            return JSONResponse(body, status, headers=dict(headers))
        return Response(body or "", status, headers=dict(headers))

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""


SERVER = Server()
SERVER.register_token_generator("default", BearerTokenGenerator(lambda **_asked: "access-" + KEY.thumbprint()))
SERVER.register_grant(CodeGrant, [Identities(require_nonce=True), CodeChallenge(required=True)])


def issuer() -> str:
    return f"http://127.0.0.1:{sys.argv[1]}"


class Asked(OAuth2Request):  # type: ignore[misc]
    """A request as Authlib reads it."""

    form: Any = None
    args: Any = None


async def read(request: Request) -> Asked:
    form = dict(await request.form()) if request.method == "POST" else {}
    found = Asked(request.method, str(request.url), headers=request.headers)
    found.form, found.args = form, dict(request.query_params)
    found.payload = BasicOAuth2Payload({**request.query_params, **form})
    return found


async def metadata(_request: Request) -> Response:
    at = issuer()
    return JSONResponse(
        {"issuer": PERSON.get("_called", at), "authorization_endpoint": f"{at}/authorize",
         "token_endpoint": f"{at}/token", "jwks_uri": f"{at}/keys", "id_token_signing_alg_values_supported": ["RS256"]}
    )  # fmt: skip


async def authorize(request: Request) -> Response:
    asked = await read(request)
    return SERVER.create_authorization_response(asked, PERSON, SERVER.get_authorization_grant(asked))


async def token(request: Request) -> Response:
    assert b64decode(request.headers["authorization"].split()[1])
    return SERVER.create_token_response(await read(request))


async def keys(_request: Request) -> Response:
    return JSONResponse({"keys": [KEY.as_dict(private=False)]})


async def people(request: Request) -> Response:
    PERSON.clear()
    PERSON.update(await request.json())
    return Response()


ROUTES = [
    Route("/.well-known/openid-configuration", metadata),
    Route("/authorize", authorize),
    Route("/token", token, methods=["POST"]),
    Route("/keys", keys),
    Route("/people", people, methods=["POST"]),
]

if __name__ == "__main__":
    uvicorn.run(Starlette(routes=ROUTES), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
