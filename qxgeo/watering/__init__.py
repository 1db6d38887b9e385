"""Roads wet through the 24 hours: routes of water carts, and proof that they were driven."""

from __future__ import annotations
