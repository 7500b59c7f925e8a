"""The productpage role: HTML pages, the session of a user, and a JSON view of the same facts."""

import base64
import re
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from . import pages
from .calls import FAILURES, Peer, forwarded_headers
from .web import Request, Response, Role, html_response, json_response, log

TIMEOUT_SECONDS = 3.0
ATTEMPTS = {"reviews": 2, "details": 1, "ratings": 1}  # a failed or refused call of reviews is made once more
PRODUCT = {
    "id": 0,
    "title": "The Comedy of Errors",
    "descriptionHtml": "<a href=\"https://en.wikipedia.org/wiki/The_Comedy_of_Errors\">About the play</a>: "
    "Shakespeare's shortest, in which two masters and their two servants, each the very image of a lost twin, "
    "meet in Ephesus and are mistaken for one another until nobody knows who owes what to whom.",
}
COOKIE = "session"
USER_NAME = re.compile(r"[!-~](?:[ -~]{0,62}[!-~])?")  # it becomes a header: printable ASCII, up to 64


def productpage(env: Mapping[str, str]) -> Role:
    peers = {name: Peer.from_env(name, env) for name in ATTEMPTS}

    def fetch(name: str, product: int, request: Request) -> tuple[int, object]:
        """Status and JSON, or the status to show and an object with the error's text."""
        headers = _headers(request)
        status = 500
        for _ in range(ATTEMPTS[name]):
            try:
                status, body = peers[name].get(f"/{name}/{product}", headers, TIMEOUT_SECONDS)
                if status == 200:
                    return 200, body
                log("productpage", f"{name} refused status={status}")
            except FAILURES as error:
                status = 500
                log("productpage", f"{name} failed reason={error!r}")
        return status, {"error": f"Sorry, product {name} are currently unavailable for this book."}

    def api(request: Request) -> Response:
        parts = request.path.strip("/").split("/")[3:]
        if not parts:
            return json_response([PRODUCT])
        name = parts[1] if len(parts) > 1 else "details"
        if not re.fullmatch(r"\d{1,18}", parts[0]) or name not in ATTEMPTS or len(parts) > 2:
            return _not_found()
        status, body = fetch(name, int(parts[0]), request)
        return json_response(body, status)

    def front(request: Request) -> Response:
        product = int(PRODUCT["id"])
        return html_response(
            pages.product_page(
                PRODUCT, fetch("details", product, request), fetch("reviews", product, request), _user(request)
            )
        )

    def role(request: Request) -> Response:
        path = request.path
        if path == "/login":
            return _login(request) if request.method == "POST" else _redirect(request)
        if path == "/logout":
            return _redirect(request, f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly")
        if request.method not in ("GET", "HEAD"):
            return json_response({"error": "method not allowed"}, 405)
        if path in ("/", "/index.html"):
            return html_response(pages.index_page())
        if path == "/health":
            return html_response("Product page is healthy")
        if path == "/productpage":
            return front(request)
        if path == "/api/v1/products" or path.startswith("/api/v1/products/"):
            return api(request)
        return _not_found()

    return role


def _not_found() -> Response:
    return json_response({"error": "not found"}, 404)


def _headers(request: Request) -> dict[str, str]:
    """What goes on to details and reviews: the user who signed in counts more than a header that came in."""
    headers = forwarded_headers(request.headers)
    user = _user(request)
    return headers | {"end-user": user} if user else headers


def _user(request: Request) -> str | None:
    """Who signed in. A sample's cookie: it carries the name as it is and proves nothing."""
    try:
        morsel = SimpleCookie(request.headers.get("cookie", "")).get(COOKIE)
        user = base64.urlsafe_b64decode(morsel.value).decode("ascii") if morsel else ""
    except (CookieError, ValueError):
        return None
    return user if USER_NAME.fullmatch(user) else None


def _login(request: Request) -> Response:
    user = request.form().get("username", "").strip()
    if not USER_NAME.fullmatch(user):
        return _redirect(request)
    value = base64.urlsafe_b64encode(user.encode()).decode()
    return _redirect(request, f"{COOKIE}={value}; Path=/; HttpOnly")


def _redirect(request: Request, cookie: str | None = None) -> Response:
    """Back to the page that the user came from; never to another host."""
    path = urlsplit(request.headers.get("referer", "")).path
    safe = path.startswith("/") and not path.startswith("//") and path.isprintable() and path.isascii()
    cookies = (("Set-Cookie", cookie),) if cookie else ()
    return Response(302, b"", "text/html", (("Location", path if safe else "/productpage"), *cookies))
