"""Credentials in the kernel in memory: listed for the test, taken back, denied without a grant."""

from __future__ import annotations

import unittest

from tiwizi import Problem, credentials, native

MANIFEST = {"id": "training", "capabilities": [{"name": "credentials"}]}
CLAIMS = {
    "subject": {"name": "Fadma"},
    "achievement": {"id": "/m", "name": "M", "description": "M", "criteria": {"narrative": "C"}},
}


class Credentials(unittest.TestCase):
    def setUp(self) -> None:
        native.start(MANIFEST)

    def refused(self, code: str, work: object, *values: object) -> None:
        with self.assertRaises(Problem) as raised:
            work(*values)
        self.assertEqual(raised.exception.code, code)

    def test_a_credential_is_signed_with_its_address_and_taken_back_once(self) -> None:
        credential = credentials.issue(CLAIMS)
        self.assertTrue(credential.address.endswith(credential.id))
        credentials.revoke(credential.id, "a mistake")
        credentials.revoke(credential.id, "another word")
        self.assertEqual([(signed.claims, signed.revoked) for signed in native.credentials()], [(CLAIMS, "a mistake")])

    def test_what_lacks_something_or_is_not_granted_is_refused(self) -> None:
        self.refused("invalid", credentials.issue, {**CLAIMS, "subject": {}})
        self.refused("invalid", credentials.issue, {**CLAIMS, "achievement": {"id": "/m"}})
        self.refused("not-found", credentials.revoke, "0" * 32, "a mistake")
        native.deny("credentials")
        self.refused("denied", credentials.issue, CLAIMS)
