"""The talk with a provider of identities: OpenID Connect, authorization code with PKCE, state and nonce."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from efficace.config import Oidc
from efficace.errors import ConfigError
from efficace.state.identities import Proven
from efficace.state.secret import new_secret
from efficace.state.sign_in import SignInError
from efficace.web.serving import is_loopback

PATIENCE = 10.0
"""Seconds that the provider has for an answer."""
LEEWAY = 120
"""Seconds by which its clock may differ."""
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures by a key that the provider alone has."""


@dataclass(frozen=True)
class Attempt:
    """What a browser keeps from going to the provider until it comes back."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Attempt:
        """One that nobody can guess."""
        return cls(new_secret(), new_secret(), new_secret() + new_secret())


def provider_name(settings: Oidc) -> str:
    """What the sign-in page calls the provider: its host."""
    return urlsplit(settings.issuer).netloc


def address_to_go(settings: Oidc, attempt: Attempt, back: str) -> str:
    """Where the browser is sent to prove who it is.

    Raises:
        SignInError: If the provider cannot be reached.
    """
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    query = {
        "response_type": "code", "client_id": settings.client_id, "redirect_uri": back,
        "scope": "openid email profile", "state": attempt.state, "nonce": attempt.nonce,
        "code_challenge": create_s256_code_challenge(attempt.verifier), "code_challenge_method": "S256",
    }  # fmt: skip
    to = str(_metadata(settings)["authorization_endpoint"])
    return f"{to}{'&' if '?' in to else '?'}{urlencode(query)}"


def prove(settings: Oidc, attempt: Attempt, code: str, back: str) -> Proven:
    """The identity behind a code that the browser brought back.

    Raises:
        SignInError: If the provider does not vouch for it, to this very attempt.
    """
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    metadata = _metadata(settings)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": attempt.verifier}
    given = _asked("POST", str(metadata["token_endpoint"]), **_as_client(settings, form))
    keys: Any = _asked("GET", str(metadata["jwks_uri"]))
    try:
        token = jwt.decode(str(given["id_token"]), KeySet.import_key_set(keys), algorithms=list(ALGORITHMS))
        wanted = {"iss": settings.issuer, "aud": settings.client_id}
        claims = CodeIDToken(
            token.claims, token.header,
            {name: {"essential": True, "value": value} for name, value in wanted.items()},
            {"nonce": attempt.nonce, "client_id": settings.client_id, "access_token": given.get("access_token")},
        )  # fmt: skip
        claims.validate(leeway=LEEWAY)
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise SignInError("The provider's answer does not hold ({error}). Sign in again.", error=error) from error
    return _proven(settings, dict(claims))


def _proven(settings: Oidc, claims: dict[str, Any]) -> Proven:
    login = claims.get(settings.claim)
    if not isinstance(login, str) or not login:
        raise SignInError('The provider does not tell "{claim}".', claim=settings.claim)
    if settings.claim == "email" and claims.get("email_verified") is not True:
        raise SignInError("The provider has not verified the address {login}.", login=login)
    return Proven(settings.issuer, str(claims["sub"])[:255], login, str(claims.get("name") or login))


def _metadata(settings: Oidc) -> dict[str, Any]:
    """What the provider tells of itself; over the network by https alone."""
    address = urlsplit(settings.issuer)
    if address.scheme != "https" and not is_loopback(address.hostname or ""):
        raise ConfigError("sign_in: oidc: issuer: {issuer} is no https address.", issuer=settings.issuer)
    found = _asked("GET", f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != settings.issuer:
        raise SignInError(
            "The provider calls itself {name}, not {issuer}.", name=found.get("issuer"), issuer=settings.issuer
        )
    return found


def _as_client(settings: Oidc, form: dict[str, str]) -> dict[str, Any]:
    if not settings.secret_from:
        return {"data": {**form, "client_id": settings.client_id}}
    if settings.secret_from not in os.environ:
        raise ConfigError(
            "sign_in: oidc: secret_from: the environment variable {variable} is not set.", variable=settings.secret_from
        )
    # RFC 6749, 2.3.1: both are encoded as parts of a form before they are joined.
    return {"data": form, "auth": (quote(settings.client_id), quote(os.environ[settings.secret_from]))}


def _asked(method: str, address: str, **sent: Any) -> dict[str, Any]:
    """What the provider answers, as a JSON object."""
    import httpx

    try:
        answer = httpx.request(method, address, timeout=PATIENCE, **sent)
        answer.raise_for_status()
        return dict(answer.json())
    except (httpx.HTTPError, ValueError, TypeError) as error:
        raise SignInError(
            "The provider at {host} does not answer as it should ({error}).",
            host=urlsplit(address).netloc,
            error=type(error).__name__,
        ) from error
