"""Which role a process plays: reads the command line once and serves."""

import sys
from collections.abc import Mapping

from .books import STAR_COLOURS, details, ratings, reviews
from .productpage import productpage
from .web import Role, Server, serve

USAGE = "usage: bookinfo productpage|details|reviews|ratings PORT [v1|v2|v3]"
ROLES = ("productpage", "details", "reviews", "ratings")


def role_named(name: str, version: str, env: Mapping[str, str]) -> Role:
    if name == "productpage":
        return productpage(env)
    if name == "details":
        return details(env)
    if name == "ratings":
        return ratings(env)
    return reviews(version, env)


def main(arguments: list[str], env: Mapping[str, str]) -> int:
    version = arguments[2] if len(arguments) > 2 else env.get("VERSION", "v1")
    if not 2 <= len(arguments) <= 3 or arguments[0] not in ROLES or not arguments[1].isdecimal():
        print(USAGE, file=sys.stderr)
        return 2
    if arguments[0] == "reviews" and version not in STAR_COLOURS:
        print(f"bookinfo: reviews has no version {version!r}, only {', '.join(STAR_COLOURS)}", file=sys.stderr)
        return 2
    try:
        server = Server(int(arguments[1]), arguments[0], role_named(arguments[0], version, env))
    except OSError as error:
        print(f"bookinfo: port {arguments[1]}: {error}", file=sys.stderr)
        return 1
    serve(server)
    return 0
