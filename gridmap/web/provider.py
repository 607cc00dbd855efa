"""Sign in by the word of an OpenID Connect provider (Authlib): state, nonce and PKCE; the account is found by `sub`.

Nobody is let in whom no administrator has let in: an account must name the subject beforehand. The second factor is the
provider's business.
"""

from typing import Any

import structlog
from apiflask import APIBlueprint
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, abort, current_app, make_response, redirect, render_template, request, session, url_for
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response

from gridmap import clock
from gridmap.accounts import signing_in
from gridmap.config import Settings
from gridmap.errors import msg
from gridmap.http import sessions
from gridmap.http.problems import tell
from gridmap.http.state import db
from gridmap.http.who import public
from gridmap.web import language
from gridmap.web.destination import destination

bp = APIBlueprint("provider", __name__, enable_openapi=False)
bp.before_request(language.switch)
log = structlog.get_logger(__name__)
_KEY, _NEXT = "gridmap.provider", "provider_next"


def install(app: Flask, settings: Settings) -> None:
    """Let `app` know its provider, when one is configured."""
    if not settings.oidc_issuer:
        return
    secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None
    client = OAuth(app).register(  # type: ignore[no-untyped-call]  # Authlib's Flask client has no types
        "provider",
        client_id=settings.oidc_client_id,
        client_secret=secret,
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid", "code_challenge_method": "S256", "timeout": 10},
    )
    app.extensions[_KEY] = (client, settings.oidc_name or "OpenID Connect")


def name() -> str:
    """What the button calls the provider; empty when there is none."""
    return str(current_app.extensions.get(_KEY, (None, ""))[1])


@bp.get("/sign-in/provider")
@public("the way in")
def go() -> Response:
    """Send the browser to the provider."""
    client = _client()
    session[_NEXT] = request.args.get("next", "")
    try:
        answer: Response = client.authorize_redirect(url_for("provider.come_back", _external=True))
    except (OAuthError, RequestException, ValueError) as error:
        return _failed(msg("The sign-in service is away. Try again later, or sign in with a password."), error, 503)
    return answer


@bp.get("/sign-in/provider/back")
@public("the way in")
def come_back() -> Response:
    """Take the provider's word: the state is this browser's, the token is for us and answers our question (nonce)."""
    client, wanted = _client(), session.pop(_NEXT, "")
    try:
        claims = client.authorize_access_token()["userinfo"]
        subject = str(claims["sub"])
    except (OAuthError, JoseError, RequestException, KeyError, ValueError) as error:
        return _failed(msg("The sign-in service's answer could not be verified. Begin again."), error, 401)
    account = signing_in.by_provider(db(), subject, clock.now())
    db().commit()
    if account is None:
        return _failed(
            msg("You are known there, but no account here belongs to you. Tell an administrator this subject: %(subject)s"),
            None,
            403,
            subject=subject[:200],
        )
    sessions.begin(account)
    db().commit()
    return redirect(destination(wanted), 303)


def _client() -> Any:  # Authlib's client has no types
    found = current_app.extensions.get(_KEY)
    if found is None:
        abort(404)
    return found[0]


def _failed(words: str, error: Exception | None, status: int, **values: str) -> Response:
    log.warning("provider.failed", error=str(error) if error else words)
    return make_response(render_template("error.html", words=tell(words, values)), status)
