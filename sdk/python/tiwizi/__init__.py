"""The kit for plugins in Python. docs/write-a-plugin.md leads from an empty folder to a page."""

from . import (
    blobs,
    calls,
    config,
    context,
    credentials,
    documents,
    events,
    i18n,
    jobs,
    kv,
    milestones,
    notify,
    registry,
    secrets,
    telemetry,
)
from .answer import Answer, Document, File, Page, Redirect, file, json, page, redirect
from .events import Event
from .form import Filled, Form, checkbox, choice, day, number, several, text, whole
from .hooks import Amend, Proposal, Refuse, Verdict
from .http_out import Reply, fetch
from .jobs import Job
from .outcome import Outcome, Reject, Retry
from .plugin import Plugin
from .problem import Problem
from .request import Request
from .store import Entries, Entry, Store
from .ui import Fragment

__all__ = [
    "Amend",
    "Answer",
    "Document",
    "Entries",
    "Entry",
    "Event",
    "File",
    "Filled",
    "Form",
    "Fragment",
    "Job",
    "Outcome",
    "Page",
    "Plugin",
    "Problem",
    "Proposal",
    "Redirect",
    "Refuse",
    "Reject",
    "Reply",
    "Request",
    "Retry",
    "Store",
    "Verdict",
    "blobs",
    "calls",
    "checkbox",
    "choice",
    "config",
    "context",
    "credentials",
    "day",
    "documents",
    "events",
    "fetch",
    "file",
    "i18n",
    "jobs",
    "json",
    "kv",
    "milestones",
    "notify",
    "number",
    "page",
    "redirect",
    "registry",
    "secrets",
    "several",
    "telemetry",
    "text",
    "whole",
]
