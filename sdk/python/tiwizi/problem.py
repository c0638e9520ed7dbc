"""What went wrong: raised by the kit when the kernel refuses something, raised or answered by a plugin."""

from __future__ import annotations

import json
from typing import Any

#: The status that fits a code of the kernel.
_STATUSES = {
    "denied": 403,
    "not-found": 404,
    "stale": 409,
    "duplicate": 409,
    "invalid": 422,
    "over-limit": 429,
    "unavailable": 503,
}


class Problem(Exception):
    """A status, a stable word for programs, a sentence for people, and what a program needs to know."""

    def __init__(
        self, status: int, code: str, message: str, *, retryable: bool = False, details: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retryable = retryable
        self.details = details or {}

    @staticmethod
    def not_found(message: str) -> Problem:
        return Problem(404, "not-found", message)

    @staticmethod
    def bad_request(message: str) -> Problem:
        return Problem(400, "bad-request", message)

    @staticmethod
    def invalid(message: str) -> Problem:
        return Problem(422, "invalid", message)

    @staticmethod
    def sign_in() -> Problem:
        return Problem(401, "sign-in", "sign in first")

    @staticmethod
    def denied(message: str) -> Problem:
        return Problem(403, "denied", message)

    @staticmethod
    def internal(message: str) -> Problem:
        return Problem(500, "internal", message)

    def having(self, **details: Any) -> Problem:
        """The same problem with more details."""
        self.details = {**self.details, **details}
        return self

    @staticmethod
    def of_kernel(error: Any) -> Problem:
        """The problem that an error of the contract is."""
        try:
            details = json.loads(error.details)
        except ValueError:
            details = {}
        status = _STATUSES.get(error.code, 500)
        return Problem(status, error.code, error.message, retryable=error.retryable, details=details)

    def for_kernel(self) -> dict[str, Any]:
        """The error of the contract that it is."""
        return {
            "code": self.code,
            "message": self.message,
            "retryable": self.retryable,
            "details": json.dumps(self.details, ensure_ascii=False),
        }
