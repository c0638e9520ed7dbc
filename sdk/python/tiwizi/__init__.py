"""The kit for plugins in Python. docs/write-a-plugin.md leads from an empty folder to a page."""

from . import config, context, i18n, kv, milestones, registry, secrets, telemetry
from .answer import Answer, Document, File, Page, Redirect, file, json, page, redirect
from .form import Filled, Form, checkbox, choice, day, number, several, text, whole
from .hooks import Amend, Proposal, Refuse, Verdict
from .http_out import Reply, fetch
from .plugin import Plugin
from .problem import Problem
from .request import Request
from .store import Entries, Entry, Store

__all__ = [
    "Amend",
    "Answer",
    "Document",
    "Entries",
    "Entry",
    "File",
    "Filled",
    "Form",
    "Page",
    "Plugin",
    "Problem",
    "Proposal",
    "Redirect",
    "Refuse",
    "Reply",
    "Request",
    "Store",
    "Verdict",
    "checkbox",
    "choice",
    "config",
    "context",
    "day",
    "fetch",
    "file",
    "json",
    "i18n",
    "kv",
    "milestones",
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
