"""Which language a page speaks: the reader's own choice (a cookie), else the browser's, else the setting."""

from typing import Literal
from urllib.parse import urlencode

from flask import Flask, redirect, request
from flask_babel import Babel
from werkzeug.wrappers import Response

from gridmap import resources

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
COOKIE = "gridmap_language"
_A_YEAR = 365 * 24 * 3600


def speak(app: Flask, default: Language) -> None:
    """Set up Flask-Babel on `app`; msgids are English, the catalogue of zh lies in gridmap/translations."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(resources.translations_dir()))
    Babel(app, default_locale=default, default_timezone="Asia/Shanghai", locale_selector=lambda: chosen(default))


def chosen(default: Language) -> Language:
    """The language of this request."""
    cookie = request.cookies.get(COOKIE)
    for language in LANGUAGES:
        if cookie == language:
            return language
    best = request.accept_languages.best_match([*LANGUAGES, "zh-CN", "zh-Hans", "en-GB", "en-US"])
    return default if best is None else "zh" if best.startswith("zh") else "en"


def switch() -> Response | None:
    """`?lang=en` on any page: remember it and come back without it."""
    wanted = request.args.get("lang")
    if wanted is None:
        return None
    rest = urlencode([(key, value) for key, value in request.args.items(multi=True) if key != "lang"])
    response = redirect(f"{request.path}?{rest}" if rest else request.path, 303)
    if wanted in LANGUAGES:
        remember(response, wanted)
    return response


def remember(response: Response, language: str) -> None:
    """Keep the reader's choice in a cookie for a year."""
    response.set_cookie(COOKIE, language, max_age=_A_YEAR, samesite="Lax", httponly=True)
