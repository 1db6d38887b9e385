"""Siting: may it open here, where may it open, where is the best place, and how sure are we."""

from __future__ import annotations

from qxgeo.siting.kinds import find_kind, site_kinds
from qxgeo.siting.model import SiteCheck, SiteChecks, SiteLine
from qxgeo.siting.table import list_lines
from qxgeo.siting.verdict import check_site, check_sites, write_card

__all__ = [
    "SiteCheck",
    "SiteChecks",
    "SiteLine",
    "check_site",
    "check_sites",
    "find_kind",
    "list_lines",
    "site_kinds",
    "write_card",
]
