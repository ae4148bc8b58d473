"""Who consented: the id token of a consent that asked for `openid`, and the keys that check it.

RS256 by hand, so that nothing but the standard library is needed. The key is made up and guards nothing.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from connectors.sandbox.wire import encode

KEY_ID = "sandbox-qbo-1"
PERSON: dict[str, Any] = {
    "sub": "1182d6ec-60b1-4b1c-9d1f-2f1a3c5b7d90",
    "givenName": "Sample",
    "familyName": "User",
    "email": "sample.user@example.com",
    "emailVerified": True,
    "phoneNumber": "+1 3035550100",
    "phoneNumberVerified": False,
    "address": {"streetAddress": "12 Yard St.", "locality": "Denver", "region": "CO", "postalCode": "80202"},
}
# Which scope shows which members.
_SHOWN = {
    "profile": ("givenName", "familyName"),
    "email": ("email", "emailVerified"),
    "phone": ("phoneNumber", "phoneNumberVerified"),
    "address": ("address",),
}
_SIZE = 256
_EXPONENT = 65537
_MODULUS = int(
    "862f942e56c005a088daeaeb94d07954d707961e32e0d60d11885968feacb63f2a8dbe26e4f3fe4d05601a57a11c2796ab31"
    "372c3b78e6b2e73c7004a95683c99c68e1e5bc67d87a6d0daf943344b8d114bb647170d937f027b00572e4b897d930e0cb92"
    "23c3ae673aef1f48d47a51832d188aca7065c2d30b3537d81c017c17d45a8cdac7b1ca05edae87593385429605ffd7a89775"
    "2faa1fa57ba7c268aec62ff5515e104a9312a03e2909117a525324a6521d46f6e09a594cba505301374d93c366359bf08949"
    "ac63332e88c406edf8bcc072fed215ff1e5444b5c70877c5adc953418468532895ca2fbe58f1afedc572065ba937cd3e5816"
    "1441b0bd3a7f",
    16,
)
_PRIVATE = int(
    "007f5eaa49520ef3486e9f5e5e3fe3a347e4d44eaa5ba10f8d581714c794f65c07995cf221f931a1317ae8be186fd549beba"
    "c0fc9dffd5c3260e584ffc1cc102575d20314ce089b1f283917a18329208dc6dd172863b97f481012b1400fb1a3d08ec5c74"
    "df43137b7881787939a87672e910e53ad8edd7aa16a98cda75482020a91e0814994f6bf36dcd5024174654e3270a0294f9e0"
    "0882871fa43a8c889cc00e50876416d444d61c0fd6f676e29a259467a2db5092e65fdea8b904dc01893ba4546b10efb4bedf"
    "42c9d0db4974378a7aff6015afedace22e022351848c026e771cd526e491fb0c38ef97780931e7b06127eb7560b036645ae9"
    "c8182e54d981",
    16,
)
# The DigestInfo of SHA-256, PKCS #1.
_DIGEST_HEAD = bytes.fromhex("3031300d060960864801650304020105000420")


def describe_person(scope: str) -> dict[str, Any]:
    """The userinfo answer: what the scopes of a token show."""
    names = [name for each in scope.split() for name in _SHOWN.get(each, ())]
    return {"sub": PERSON["sub"], **{name: PERSON[name] for name in names}}


def make_id_token(*, issuer: str, audience: str, realm_id: str, now: int, seconds: int, nonce: str = "") -> str:
    """A signed JWT; `realmid` only with a company."""
    claims: dict[str, Any] = {"sub": PERSON["sub"], "aud": [audience], "iss": issuer, "auth_time": now}
    claims |= {"realmid": realm_id} if realm_id else {}
    claims |= {"nonce": nonce} if nonce else {}
    claims |= {"iat": now, "exp": now + seconds}
    head = {"kid": KEY_ID, "typ": "JWT", "alg": "RS256"}
    message = f"{_encode(encode(head).encode())}.{_encode(encode(claims).encode())}"
    return f"{message}.{_encode(_sign(message.encode()))}"


def list_keys() -> dict[str, Any]:
    """The public key as a JWK set."""
    numbers = {"n": _MODULUS.to_bytes(_SIZE, "big"), "e": _EXPONENT.to_bytes(3, "big")}
    key = {"kty": "RSA", "kid": KEY_ID, "use": "sig", "alg": "RS256"}
    return {"keys": [{**key, **{name: _encode(value) for name, value in numbers.items()}}]}


def _sign(message: bytes) -> bytes:
    digest = _DIGEST_HEAD + hashlib.sha256(message).digest()
    block = b"\x00\x01" + b"\xff" * (_SIZE - len(digest) - 3) + b"\x00" + digest
    return pow(int.from_bytes(block, "big"), _PRIVATE, _MODULUS).to_bytes(_SIZE, "big")


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
