"""The bookshop on loopback: every role over real sockets, with slow, refusing and absent peers."""

import http.client
import io
import json
import socket
import sys
import threading
import time
import unittest
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bookinfo import books, productpage, web  # noqa: E402
from bookinfo.roles import main, role_named  # noqa: E402
from bookinfo.web import Request, Response, Server, json_response  # noqa: E402

JASON = {"end-user": "jason"}


class SlowRatings:
    """Ratings that answer only when released; keeps the headers of every call."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.seen: list[dict[str, str]] = []

    def __call__(self, request: Request) -> Response:
        self.seen.append({name.lower(): value for name, value in request.headers.items()})
        self.released.wait(20)
        return json_response({"id": 0, "ratings": {"Reviewer1": 5, "Reviewer2": 4}})


class Refusing:
    """A peer that answers 503 and counts."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, _: Request) -> Response:
        self.calls += 1
        return json_response({}, 503)


class Shop(unittest.TestCase):
    """Starts roles on free loopback ports and ends them with the test."""

    def setUp(self) -> None:
        quiet = mock.patch("sys.stderr", io.StringIO())
        quiet.start()
        self.addCleanup(quiet.stop)

    def start(self, name: str, role: web.Role) -> int:
        server = Server(0, name, role, "127.0.0.1")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_address[1]

    def peers(self, **ports: int) -> dict[str, str]:
        env = {}
        for name in ("details", "reviews", "ratings"):
            env[f"{name.upper()}_HOSTNAME"] = "127.0.0.1"
            env[f"{name.upper()}_SERVICE_PORT"] = str(ports.get(name, free_port()))
        return env

    def reviews(self, version: str, ratings: int) -> int:
        return self.start("reviews", books.reviews(version, self.peers(ratings=ratings)))

    def whole(self, version: str = "v2") -> int:
        """A whole shop; answers productpage's port."""
        ratings = self.start("ratings", books.ratings({}))
        reviews = self.reviews(version, ratings)
        details = self.start("details", books.details({}))
        return self.start("productpage", productpage.productpage(self.peers(details=details, reviews=reviews)))


class BooksTest(Shop):
    def test_v1_has_no_stars_v2_black_v3_red(self) -> None:
        ratings = self.start("ratings", books.ratings({}))
        seen = {
            version: [r.get("rating") for r in get_json(self.reviews(version, ratings), "/reviews/0")["reviews"]]
            for version in ("v1", "v2", "v3")
        }
        stars = lambda colour: [{"stars": 5, "color": colour}, {"stars": 4, "color": colour}]  # noqa: E731
        self.assertEqual(seen, {"v1": [None, None], "v2": stars("black"), "v3": stars("red")})

    def test_details_and_ratings_answer_by_number(self) -> None:
        details = self.start("details", books.details({}))
        ratings = self.start("ratings", books.ratings({}))
        self.assertEqual(get_json(details, "/details/7")["id"], 7)
        self.assertEqual(get_json(ratings, "/ratings/0")["ratings"], {"Reviewer1": 5, "Reviewer2": 4})
        self.assertEqual(get(details, "/details/x")[0], 400)
        self.assertEqual(get(details, "/nothing")[0], 404)
        self.assertEqual(get_json(ratings, "/health"), {"status": "Ratings is healthy"})

    def test_v3_gives_up_on_slow_ratings_after_its_own_timeout(self) -> None:
        slow = SlowRatings()
        self.addCleanup(slow.released.set)
        reviews = self.reviews("v3", self.start("ratings", slow))
        with mock.patch.dict(books.RATINGS_TIMEOUT_SECONDS, v3=0.3):
            started = time.monotonic()
            answer = get_json(reviews, "/reviews/0")
            took = time.monotonic() - started
        self.assertEqual({r["rating"]["error"] for r in answer["reviews"]}, {books.RATINGS_UNAVAILABLE})
        self.assertGreaterEqual(took, 0.3)

    def test_refused_and_absent_ratings_are_unavailable(self) -> None:
        for port in (self.start("ratings", Refusing()), free_port()):
            answer = get_json(self.reviews("v2", port), "/reviews/0")
            self.assertEqual({r["rating"]["error"] for r in answer["reviews"]}, {books.RATINGS_UNAVAILABLE})

    def test_timeouts_are_those_of_the_walk_through(self) -> None:
        self.assertEqual(books.RATINGS_TIMEOUT_SECONDS, {"v2": 10.0, "v3": 2.5})
        self.assertEqual((productpage.TIMEOUT_SECONDS, productpage.ATTEMPTS["reviews"]), (3.0, 2))


class ProductPageTest(Shop):
    def test_page_shows_stars_of_the_version(self) -> None:
        black = get_text(self.whole("v2"), "/productpage")
        self.assertIn("Book Details", black)
        self.assertEqual((black.count('<font color="black">'), black.count("glyphicon-star\"")), (2, 9))
        none = get_text(self.whole("v1"), "/productpage")
        self.assertIn("Reviewer2", none)
        self.assertNotIn("glyphicon-star", none)

    def test_slow_ratings_break_the_page_of_v2_after_two_timeouts(self) -> None:
        slow = SlowRatings()
        self.addCleanup(slow.released.set)
        reviews = self.reviews("v2", self.start("ratings", slow))
        page = self.start("productpage", productpage.productpage(self.peers(reviews=reviews)))
        with mock.patch.object(productpage, "TIMEOUT_SECONDS", 0.3):
            started = time.monotonic()
            text = get_text(page, "/productpage", JASON)
            took = time.monotonic() - started
        self.assertIn("Error fetching product reviews!", text)
        self.assertIn("Sorry, product reviews are currently unavailable for this book.", text)
        self.assertIn("Error fetching product details!", text)
        self.assertIn("Sorry, product details are currently unavailable for this book.", text)
        self.assertGreaterEqual(took, 0.6)
        self.assertEqual(len(slow.seen), 2)

    def test_refused_reviews_are_asked_twice_and_details_once(self) -> None:
        reviews, details = Refusing(), Refusing()
        env = self.peers(reviews=self.start("reviews", reviews), details=self.start("details", details))
        page = self.start("productpage", productpage.productpage(env))
        self.assertEqual(get(page, "/productpage")[0], 200)
        self.assertEqual((reviews.calls, details.calls), (2, 1))
        self.assertEqual(get(page, "/api/v1/products/0/reviews")[0], 503)

    def test_ratings_trouble_shows_in_place_of_stars(self) -> None:
        reviews = self.reviews("v2", free_port())
        page = self.start("productpage", productpage.productpage(self.peers(reviews=reviews)))
        self.assertIn("Ratings service is currently unavailable", get_text(page, "/productpage"))

    def test_sign_in_sends_the_user_on_and_sign_out_forgets(self) -> None:
        ratings = SlowRatings()
        ratings.released.set()
        reviews = self.reviews("v2", self.start("ratings", ratings))
        page = self.start("productpage", productpage.productpage(self.peers(reviews=reviews)))
        status, headers, _ = call(page, "POST", "/login", {"Referer": "http://x/productpage?u=1"}, b"username=jason")
        self.assertEqual((status, headers["Location"]), (302, "/productpage"))
        cookie = headers["Set-Cookie"].partition(";")[0]
        self.assertIn("jason (<a", get_text(page, "/productpage", {"Cookie": cookie}))
        self.assertEqual(ratings.seen[-1]["end-user"], "jason")
        self.assertEqual(ratings.seen[-1]["cookie"], cookie)
        self.assertIn("Max-Age=0", call(page, "GET", "/logout", {})[1]["Set-Cookie"])

    def test_names_that_are_no_header_value_do_not_sign_in(self) -> None:
        page = self.whole()
        for name in (b"", b"a%0d%0ax: y", b"%E2%98%85", b"x" * 65):
            self.assertNotIn("Set-Cookie", call(page, "POST", "/login", {}, b"username=" + name)[1])

    def test_redirects_stay_on_this_host(self) -> None:
        page = self.whole()
        for referer in ("http://h//evil", "evil", ""):
            self.assertEqual(call(page, "GET", "/logout", {"Referer": referer})[1]["Location"], "/productpage")

    def test_tracing_headers_reach_ratings(self) -> None:
        ratings = SlowRatings()
        ratings.released.set()
        reviews = self.reviews("v3", self.start("ratings", ratings))
        page = self.start("productpage", productpage.productpage(self.peers(reviews=reviews)))
        sent = {"x-request-id": "1", "x-b3-traceid": "2", "b3": "3", "traceparent": "4", "x-ot-span-context": "5",
                "tracestate": "6", "x-datadog-trace-id": "7", "user-agent": "8", "end-user": "9"}  # fmt: skip
        get(page, "/productpage", sent | {"x-other": "stays"})
        self.assertEqual({name: ratings.seen[0].get(name) for name in sent}, sent)
        self.assertNotIn("x-other", ratings.seen[0])

    def test_json_view(self) -> None:
        page = self.whole()
        self.assertEqual(get_json(page, "/api/v1/products")[0]["title"], "The Comedy of Errors")
        self.assertEqual(get_json(page, "/api/v1/products/0")["year"], 1595)
        self.assertEqual(get(page, "/api/v1/products/0/ratings")[0], 500)  # no such peer here
        self.assertEqual(len(get_json(page, "/api/v1/products/0/reviews")["reviews"]), 2)
        self.assertEqual(get(page, "/api/v1/products/zero")[0], 404)
        self.assertIn(b"healthy", get(page, "/health")[2])


class ServerTest(Shop):
    def test_one_connection_carries_many_requests(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.start("details", books.details({})), timeout=5)
        self.addCleanup(connection.close)
        local = set()
        for _ in range(5):
            connection.request("GET", "/details/0")
            local.add(connection.sock.getsockname())
            self.assertEqual(connection.getresponse().read()[:1], b"{")
        self.assertEqual(len(local), 1)

    def test_clients_that_leave_early_disturb_nobody(self) -> None:
        port = self.whole()
        for sent in (b"", b"GET /prod", b"GET /productpage HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x00\xff"):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(sent)
        self.assertEqual(get(port, "/productpage")[0], 200)

    def test_many_at_once(self) -> None:
        port = self.whole()
        with ThreadPoolExecutor(20) as pool:
            answers = pool.map(lambda _: get(port, "/productpage")[0], range(100))
        self.assertEqual(set(answers), {200})

    def test_body_without_length_is_refused_and_the_connection_closed(self) -> None:
        port = self.whole()
        status, headers, _ = call(port, "POST", "/login", {"Transfer-Encoding": "chunked"}, b"0\r\n\r\n")
        self.assertEqual((status, headers["Connection"]), (413, "close"))

    def test_expect_100_is_answered_before_the_body(self) -> None:
        with socket.create_connection(("127.0.0.1", self.whole()), timeout=5) as client:
            head = b"POST /login HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n"
            client.sendall(head)
            self.assertTrue(client.recv(100).startswith(b"HTTP/1.1 100"))
            client.sendall(b"username=a")
            self.assertTrue(client.recv(100).startswith(b"HTTP/1.1 302"))

    def test_wrong_command_lines_are_refused(self) -> None:
        with mock.patch("sys.stderr"):
            for arguments in ([], ["cart", "1"], ["details"], ["details", "x"], ["reviews", "1", "v9"]):
                self.assertEqual(main(arguments, {}), 2)

    def test_every_role_has_a_health_page(self) -> None:
        for name in ("productpage", "details", "reviews", "ratings"):
            self.assertEqual(get(self.start(name, role_named(name, "v1", {})), "/health")[0], 200)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def call(port: int, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def get(port: int, path: str, headers: Mapping[str, str] = {}):
    return call(port, "GET", path, headers)


def get_text(port: int, path: str, headers: Mapping[str, str] = {}) -> str:
    return get(port, path, headers)[2].decode()


def get_json(port: int, path: str):
    return json.loads(get(port, path)[2])


if __name__ == "__main__":
    unittest.main()
