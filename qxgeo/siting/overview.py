"""Where every kind of site may open in a district, beside what was applied for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.siting.area import eligible_area
from qxgeo.siting.kinds import find_kind, read_plan_of, site_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qxgeo.district import District
    from qxgeo.plan import ActionPlan, SiteKind
    from qxgeo.siting.applications import Verdicts
    from qxgeo.siting.area import EligibleArea
    from qxgeo.siting.model import SiteChecks


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The ground of a district for several kinds, and applications where there are any.

    Attributes
    ----------
    areas
        One for each kind, in the order of the plan.
    """

    district: District
    plan: ActionPlan
    areas: tuple[EligibleArea, ...]
    verdicts: Verdicts | None

    @property
    def kinds(self) -> tuple[SiteKind, ...]:
        """Give the kinds in their order."""
        return tuple(area.kind for area in self.areas)

    @property
    def is_demo(self) -> bool:
        """Whether anything that was measured to is invented."""
        given = self.verdicts is not None and self.verdicts.is_demo
        return given or any(area.is_demo for area in self.areas)

    @property
    def is_approximate(self) -> bool:
        """Whether a boundary is only approximate."""
        return any(area.is_approximate for area in self.areas)

    def checks_of(self, kind: SiteKind) -> SiteChecks | None:
        """Give what was said of the applications of a kind, None where there is none."""
        checks = () if self.verdicts is None else self.verdicts.checks
        return next((one for one in checks if one.kind.kind_id == kind.kind_id), None)


def look_over(
    district: District,
    *,
    kinds: Sequence[str] = (),
    verdicts: Verdicts | None = None,
    progress: Callable[[str], object] | None = None,
) -> Overview:
    """Say where sites may open, kind by kind.

    Parameters
    ----------
    district
        Read and checked.
    kinds
        Ids, titles or other words; empty for all kinds of plan and district.
    verdicts
        What was said of applications, to stand beside the ground.
    progress
        Is told each kind before it is looked at.

    Returns
    -------
    overview
        Kinds in the order of the plan, each once.

    Raises
    ------
    InputError
        If there is no such kind.
    """
    plan = read_plan_of(district)
    wanted = {find_kind(district, plan, name).kind_id for name in kinds}
    areas = []
    for kind in site_kinds(district, plan):
        if wanted and kind.kind_id not in wanted:
            continue
        if progress is not None:
            progress(kind.title.zh)
        areas.append(eligible_area(district, kind.kind_id, plan=plan))
    return Overview(district=district, plan=plan, areas=tuple(areas), verdicts=verdicts)
