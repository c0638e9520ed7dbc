"""Questions to other plugins, through contracts that they provide. Capability `calls`; the manifest names them in `requires`."""

from __future__ import annotations

import json
from typing import Any

from .kernel import ask as ask_kernel


def ask(contract: str, major: int, method: str, payload: Any = None) -> Any:
    """Asks the plugin that provides `plugin/contract`. What it writes is kept or given up together with this call."""
    sent = json.dumps({} if payload is None else payload, ensure_ascii=False)
    return json.loads(ask_kernel("calls", "call", contract, major, method, sent))
