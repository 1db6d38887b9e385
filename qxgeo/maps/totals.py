"""Reading numbers out of an assessment's totals; nothing is added up here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.maps.layers import rules_of_page
from qxgeo.vocabulary import NO_TOWNSHIP, OUTSIDE_DISTRICT, PLACE_LABELS, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qxgeo.assess import Assessment
    from qxgeo.plan import Rule

ALL = "all"
_LAST = {NO_TOWNSHIP: 1, OUTSIDE_DISTRICT: 2, ALL: 3}


@dataclass(frozen=True, slots=True)
class Total:
    """One row of the totals."""

    count: int
    length_m: float
    area_m2: float


@dataclass(frozen=True, slots=True)
class Headline:
    """The number of a page that everybody asks for, and the rules it stands on."""

    count: str
    length_km: str
    rule_ids: str


NONE = Total(0, 0.0, 0.0)


class Totals:
    """An assessment's totals by scope, verdict and township.

    Parameters
    ----------
    assessment
        Its `totals` and `rule_counts` are read.
    lang
        ``zh`` or ``en``: the language of township names.
    """

    def __init__(self, assessment: Assessment, lang: str) -> None:
        self._assessment = assessment
        table = assessment.totals
        self._rows = {
            (str(scope), str(verdict), str(town)): Total(int(count), float(length), float(area))
            for scope, verdict, town, count, length, area in zip(
                *(
                    table[name].tolist()
                    for name in ("scope", "verdict", "township_id", "count", "length_m", "area_m2")
                ),
                strict=True,
            )
        }
        self._names = {
            str(code): str(name)
            for code, name in zip(table["township_id"], table["township_name"], strict=True)
        }
        self._names |= {code: label.in_language(lang) for code, label in PLACE_LABELS.items()}

    def get(self, scope: str, town: str = ALL, verdict: str = Verdict.APPLIES) -> Total:
        """Give one row; zero where the assessment has none."""
        return self._rows.get((scope, str(verdict), town), NONE)

    def towns(self, scopes: Iterable[str]) -> list[str]:
        """List township codes of some scopes: townships, then the rest, then the whole."""
        wanted = set(scopes)
        found = {
            town
            for scope, verdict, town in self._rows
            if scope in wanted and verdict == Verdict.APPLIES
        }
        return sorted(found | {ALL}, key=lambda town: (_LAST.get(town, 0), town))

    def name(self, town: str) -> str:
        """Name a township code."""
        return self._names.get(town, town)

    def scopes(self, prefix: str) -> list[str]:
        """List the scopes that begin with a word, in the order of the table."""
        return list(dict.fromkeys(key[0] for key in self._rows if key[0].startswith(prefix)))

    def count_all(self, verdict: Verdict) -> int:
        """Count the subjects of all judged rules with a verdict."""
        counts = self._assessment.rule_counts
        return int(counts[verdict.value].sum()) if verdict.value in counts else 0

    def count_rules(self, rules: Sequence[Rule]) -> int:
        """Count the findings under some rules."""
        wanted = [rule.rule_id for rule in rules]
        return int(self._assessment.findings["rule_id"].isin(wanted).sum())

    def headline(self, page: str) -> Headline | None:
        """Give a page's headline: what its rules ask for inside the district, a metre once.

        Rules for warning days stand in the page's total on such days only, so they are not named.
        """
        rules = [r for r in rules_of_page(self._assessment, page) if not r.only_on_warning_days]
        if not rules:
            return None
        scope = f"page:{page}"
        inside_m = self.get(scope).length_m - self.get(scope, OUTSIDE_DISTRICT).length_m
        rows = self._assessment.findings
        if rows.empty:  # they lie on the disk; those wholly outside are counted, too
            count = self.get(scope).count
            return self._headline(count, inside_m, rules)
        wanted = (
            rows["rule_id"].isin([rule.rule_id for rule in rules])
            & (rows["verdict"] == Verdict.APPLIES)
            & (rows["township_id"] != OUTSIDE_DISTRICT)
        )
        return self._headline(rows.loc[wanted, "subject_id"].nunique(), inside_m, rules)

    @staticmethod
    def _headline(count: int, inside_m: float, rules: Sequence[Rule]) -> Headline:
        """Write a headline."""
        return Headline(
            count=f"{count:,}",
            length_km=f"{inside_m / 1000:,.2f}",
            rule_ids="、".join(rule.rule_id for rule in rules),
        )
