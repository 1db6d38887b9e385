"""Proof from GPS tracks that roads were kept wet: cleaned, matched to streets, held against duty.

`clean_tracks` sorts records out, `match_tracks` puts them on directed streets, `audit_tracks` holds
what was driven against the duty list.
"""

from __future__ import annotations
