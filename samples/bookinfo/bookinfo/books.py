"""The three roles behind the page: details, ratings, and reviews in three versions."""

import re
from collections.abc import Mapping

from .calls import FAILURES, Peer, forwarded_headers
from .web import Request, Response, Role, json_response, log

STAR_COLOURS = {"v1": None, "v2": "black", "v3": "red"}
# How long reviews waits for ratings. A delay of 7 s on the ratings breaks the page of v2's users (the page
# gives up after 2 x 3 s) but only the stars of v3's: the fault walk-through lives on this difference.
RATINGS_TIMEOUT_SECONDS = {"v2": 10.0, "v3": 2.5}
RATINGS_UNAVAILABLE = "Ratings service is currently unavailable"

DETAILS = {
    "author": "William Shakespeare",
    "year": 1595,
    "type": "paperback",
    "pages": 200,
    "publisher": "PublisherA",
    "language": "English",
    "ISBN-10": "1234567890",
    "ISBN-13": "123-1234567890",
}
RATINGS = {"Reviewer1": 5, "Reviewer2": 4}
REVIEWS = {
    "Reviewer1": "Two pairs of twins, one town and not a dull minute. I laughed on every page!",
    "Reviewer2": "Great fun from start to finish, though his later plays run deeper.",
}


def details(env: Mapping[str, str]) -> Role:
    def answer(product: int, _: Request) -> Response:
        return json_response({"id": product} | DETAILS)

    return _numbered("details", answer)


def ratings(env: Mapping[str, str]) -> Role:
    def answer(product: int, _: Request) -> Response:
        return json_response({"id": product, "ratings": RATINGS})

    return _numbered("ratings", answer)


def reviews(version: str, env: Mapping[str, str]) -> Role:
    colour = STAR_COLOURS[version]
    peer = Peer.from_env("ratings", env)

    def rating_of(reviewer: str, stars: Mapping[str, int] | None) -> dict[str, object]:
        if stars is None:
            return {"error": RATINGS_UNAVAILABLE}
        return {"stars": stars.get(reviewer, -1), "color": colour}

    def answer(product: int, request: Request) -> Response:
        found: list[dict[str, object]] = [{"reviewer": who, "text": text} for who, text in REVIEWS.items()]
        if colour is not None:
            stars = _stars(peer, product, request, RATINGS_TIMEOUT_SECONDS[version])
            for review in found:
                review["rating"] = rating_of(str(review["reviewer"]), stars)
        return json_response({"id": str(product), "reviews": found})

    return _numbered("reviews", answer)


def _stars(peer: Peer, product: int, request: Request, timeout_seconds: float) -> dict[str, int] | None:
    """Stars by reviewer, or None when ratings did not answer well in time."""
    try:
        status, body = peer.get(f"/ratings/{product}", forwarded_headers(request.headers), timeout_seconds)
        if status == 200 and isinstance(body, dict):
            return body["ratings"]
        log("reviews", f"ratings refused status={status}")
    except (*FAILURES, KeyError) as error:
        log("reviews", f"ratings failed reason={error!r}")
    return None


def _numbered(name: str, answer) -> Role:
    """A role that knows GET /health and GET /NAME/NUMBER."""
    pattern = re.compile(rf"/{name}/(\d{{1,18}})/?")

    def role(request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return json_response({"error": "method not allowed"}, 405)
        if request.path == "/health":
            return json_response({"status": f"{name.capitalize()} is healthy"})
        if match := pattern.fullmatch(request.path):
            return answer(int(match[1]), request)
        if request.path.startswith(f"/{name}/"):
            return json_response({"error": "please provide numeric product ID"}, 400)
        return json_response({"error": "not found"}, 404)

    return role
