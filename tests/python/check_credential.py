"""Checks a credential as a stranger would: openbadgeslib, and what the instance publishes under its address.

Reads JSON from standard input: the token, the issuer that is expected, the DID document and the key set as the instance serves them.
Writes what the credential says as JSON, or ends with 1 and the reason.
"""

from __future__ import annotations

import base64
import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier


def main() -> None:
    given = json.load(sys.stdin)
    token, issuer, fetched = given["token"], given["issuer"], []

    def download(address: str, *_: object, **__: object) -> bytes:
        fetched.append(address)
        return json.dumps(given["document"]).encode()

    try:
        credential = OB3Verifier.for_issuer_did(issuer, download=download).verify(token)
        header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
        jwk = next(key for key in given["keys"]["keys"] if key["kid"] == header["kid"])
        key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(jwk["x"] + "=="))
        OB3Verifier(key).verify(token)
    except OB3VerificationError as error:
        sys.exit(str(error))
    names = [identifier.identity_hash for identifier in credential.identifiers]
    json.dump({"achievement": credential.achievement.name, "names": names, "fetched": fetched}, sys.stdout)


if __name__ == "__main__":
    main()
