"""What each change would do, drawn: ground and sites under another verdict, change by change."""

from __future__ import annotations
