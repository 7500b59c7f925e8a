"""The shop's HTML. Self-contained: a pod of the lab has no way out to fetch a style sheet."""

from collections.abc import Mapping
from html import escape

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; color: #222 }
nav { background: #222; color: #fff; padding: .6em 2em; display: flex; justify-content: space-between }
nav a { color: #fff } main { max-width: 60em; margin: 2em auto; padding: 0 1em }
.columns { display: flex; flex-wrap: wrap; gap: 3em } .columns > section { flex: 1 1 20em }
blockquote { border-left: 4px solid #ddd; margin: 0 0 1.5em; padding-left: 1em } small { color: #666 }
.text-primary { color: #1d5fa8 } .glyphicon { font-size: 1.3em }
"""
DETAIL_LABELS = {
    "type": "Type",
    "pages": "Pages",
    "publisher": "Publisher",
    "language": "Language",
    "ISBN-10": "ISBN-10",
    "ISBN-13": "ISBN-13",
}
MOST_STARS = 5


def index_page() -> str:
    body = (
        "<h1>Bookinfo</h1><p>One page that needs three other services, so there is something to route.</p>"
        '<ul><li><a href="/productpage?u=normal">The product page as a normal user</a></li>'
        '<li><a href="/productpage?u=test">The product page as a test user</a></li></ul>'
    )
    return _page(body, "")


def product_page(
    product: Mapping[str, object],
    details: tuple[int, object],
    reviews: tuple[int, object],
    user: str | None,
) -> str:
    body = (
        f'<h3 class="text-center text-primary">{escape(str(product["title"]))}</h3>'
        f"<p>Summary: {product['descriptionHtml']}</p>"
        f'<div class="columns"><section>{_details(*details)}</section><section>{_reviews(*reviews)}</section></div>'
    )
    return _page(body, _session(user))


def _page(body: str, session: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Simple Bookstore App</title>'
        f'<link rel="icon" href="data:,"><style>{STYLE}</style></head>\n'
        f'<body><nav><a href="/">BookInfo Sample</a>{session}</nav>\n<main>{body}</main></body></html>\n'
    )


def _session(user: str | None) -> str:
    if user:
        return f'<span>{escape(user)} (<a href="/logout">sign out</a>)</span>'
    return (
        '<form method="post" action="/login"><input name="username" placeholder="user name" required> '
        '<input name="passwd" type="password" placeholder="any password"> <button>Sign in</button></form>'
    )


def _details(status: int, details: object) -> str:
    if status != 200 or not isinstance(details, dict):
        return _failure("details", details)
    rows = "".join(
        f"<dt><b>{label}:</b></dt><dd>{escape(str(details.get(key, '')))}</dd>"
        for key, label in DETAIL_LABELS.items()
    )
    return f'<h4 class="text-center text-primary">Book Details</h4><dl>{rows}</dl>'


def _reviews(status: int, reviews: object) -> str:
    if status != 200 or not isinstance(reviews, dict):
        return _failure("reviews", reviews)
    return '<h4 class="text-center text-primary">Book Reviews</h4>' + "".join(
        f"<blockquote><p>{escape(str(review.get('text')))}</p>"
        f"<small>{escape(str(review.get('reviewer')))}</small>{_rating(review.get('rating'))}</blockquote>"
        for review in reviews.get("reviews", [])
    )


def _rating(rating: Mapping[str, object] | None) -> str:
    if rating is None:
        return ""
    if "error" in rating:
        return f"<p><i>{escape(str(rating['error']))}</i></p>"
    stars = max(0, min(MOST_STARS, int(str(rating.get("stars", 0)))))
    full = '<span class="glyphicon glyphicon-star">&#9733;</span>' * stars
    empty = '<span class="glyphicon glyphicon-star-empty">&#9734;</span>' * (MOST_STARS - stars)
    return f'<p><font color="{escape(str(rating.get("color")))}">{full}{empty}</font></p>'


def _failure(what: str, answer: object) -> str:
    reason = f"<p>{escape(str(answer['error']))}</p>" if isinstance(answer, dict) and "error" in answer else ""
    return f'<h4 class="text-center text-primary">Error fetching product {what}!</h4>\n{reason}'
