"""
Tokens of end users: who issues them, what is wrong with some, and how they look now. Pure but for the clock.

A request says `TOKEN(name)`; what stands for it is made when it is sent, since tokens end.
"""

import base64
import hashlib
import hmac
import json
import re
import time
from functools import lru_cache
from random import Random

A, B, C = "https://a.example", "https://b.example", "https://c.example"
KEYS = {"k1": 1, "k2": 2}  # name → what it is drawn from; A signs with k1, B with k2
LIFE_SECONDS = 3600
STEP_SECONDS = 30  # a token is made again after that many
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")  # PKCS #1's name of it

_FULL = {"sub": "alice", "aud": "app", "azp": "web", "groups": ["admins", "users"], "scope": "read write", "level": 3, "ok": True,
         "realm_access": {"roles": ["cook", "waiter"], "name": "kitchen"}, "email": "alice@example.com"}  # fmt: skip

# name → issuer, key, claims, how it is spoilt
TOKENS = {
    "alice": (A, "k1", _FULL, ""),
    "bob": (A, "k1", {"sub": "bob", "aud": ["app", "more"], "groups": "users", "scope": "read", "level": 4}, ""),
    "carol": (B, "k2", {"sub": "carol", "groups": ["guests"], "realm_access": {"roles": "cook"}}, ""),
    "dave": (B, "k2", {"sub": "dave", "aud": "app", "azp": "cli", "email": "d,e"}, ""),
    "nameless": (A, "k1", {"aud": "app"}, ""),
    "elsewhere": (A, "k1", {"sub": "alice", "aud": "elsewhere"}, ""),
    "unaddressed": (A, "k1", {"sub": "alice"}, ""),
    "expired": (A, "k1", _FULL | {"exp": -600}, ""),
    "late": (A, "k1", _FULL | {"exp": -2}, ""),
    "early": (A, "k1", _FULL | {"nbf": 600}, ""),
    "endless": (A, "k1", _FULL | {"exp": None}, ""),
    "foreign": (A, "k2", _FULL, ""),
    "unknown": (C, "k1", _FULL, ""),
    "garbled": (A, "k1", _FULL, "signature"),
    "changed": (A, "k1", _FULL, "payload"),
    "none": (A, "k1", _FULL, "none"),
    "confused": (A, "k1", _FULL, "hmac"),
    "unnamed": (A, "k1", _FULL, "kid"),
    "misnamed": (A, "k1", _FULL, "k9"),
    "cut": (A, "k1", _FULL, "cut"),
    "words": (A, "k1", _FULL, "words"),
}


def key_set(*names: str) -> str:
    """A JSON Web Key Set."""
    return json.dumps({"keys": [{"kty": "RSA", "kid": name, "use": "sig", "alg": "RS256", "n": _text(_number(_key(name)[0])), "e": "AQAB"} for name in names]})


def rendered(text: str) -> str:
    """With tokens for their names."""
    return re.sub(r"TOKEN\((\w+)\)", lambda found: token(found[1], int(time.time()) // STEP_SECONDS), text)


@lru_cache(maxsize=4 * len(TOKENS))
def token(name: str, step: int) -> str:
    issuer, key, claims, spoilt = TOKENS[name]
    if spoilt == "words":
        return "not.a.token"
    now = step * STEP_SECONDS
    said = {"iss": issuer, "iat": now, "exp": LIFE_SECONDS, **claims}
    times = {claim: now + said[claim] for claim in ("exp", "nbf") if said.get(claim) is not None}
    said = {claim: value for claim, value in (said | times).items() if value is not None}
    head = {"alg": {"none": "none", "hmac": "HS256"}.get(spoilt, "RS256"), "typ": "JWT", "kid": "k9" if spoilt == "k9" else key}
    if spoilt == "kid":
        del head["kid"]
    signed = f"{_json(head)}.{_json(said)}"
    if spoilt == "cut":
        return signed
    if spoilt == "none":
        return f"{signed}."
    if spoilt == "hmac":
        return f"{signed}.{_text(hmac.digest(_number(_key(key)[0]), signed.encode(), 'sha256'))}"
    signature = _signature(key, signed.encode())
    if spoilt == "signature":
        signature = bytes([signature[0] ^ 1]) + signature[1:]
    if spoilt == "payload":
        signed = f"{_json(head)}.{_json(said | {'sub': 'root'})}"
    return f"{signed}.{_text(signature)}"


def _json(value: dict) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _signature(key: str, data: bytes) -> bytes:
    """RSASSA-PKCS1-v1_5 with SHA-256."""
    modulus, exponent = _key(key)
    size = (modulus.bit_length() + 7) // 8
    digest = _SHA256 + hashlib.sha256(data).digest()
    padded = b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest
    return pow(int.from_bytes(padded, "big"), exponent, modulus).to_bytes(size, "big")


@lru_cache
def _key(name: str) -> tuple[int, int]:
    """Modulus and private exponent: of no worth, being the same in every run."""
    random = Random(KEYS[name])
    while True:
        p, q = _prime(random), _prime(random)
        around = (p - 1) * (q - 1)
        if p != q and around % 65537:
            return p * q, pow(65537, -1, around)


def _prime(random: Random) -> int:
    while True:
        number = random.getrandbits(1024) | 3 << 1022 | 1
        if all(number % small for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)) and _seems_prime(number, random):
            return number


def _seems_prime(number: int, random: Random) -> bool:
    """Miller and Rabin's test."""
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(20):
        x = pow(random.randrange(2, number - 1), odd, number)
        if x in (1, number - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % number
            if x == number - 1:
                break
        else:
            return False
    return True
