"""Find a kind of site by any of its names, and the rules that look at it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from qxgeo.errors import Fault, InputError, Text
from qxgeo.plan import apply_choices, load_plan

if TYPE_CHECKING:
    from qxgeo.district import District
    from qxgeo.plan import ActionPlan, KindRule, Rule, SiteKind


def read_plan_of(district: District) -> ActionPlan:
    """Load the plan of a district with the readings that the district takes.

    Parameters
    ----------
    district
        Read and checked.

    Returns
    -------
    plan
        Choices applied.
    """
    return apply_choices(load_plan(district.plan), district.choices)


def site_kinds(district: District, plan: ActionPlan) -> tuple[SiteKind, ...]:
    """List the kinds of sites that can be judged: the plan's, then the district's own.

    Parameters
    ----------
    district
        May add kinds under ``[site_kinds]``.
    plan
        Its plan.

    Returns
    -------
    kinds
        In the order of the document.
    """
    return (*plan.site_kinds, *district.site_kinds)


def find_kind(district: District, plan: ActionPlan, name: str) -> SiteKind:
    """Find a kind by its id, its title or another word for it.

    Parameters
    ----------
    district, plan
        Which kinds there are.
    name
        As an officer writes it; case and spaces do not matter.

    Returns
    -------
    kind
        The kind of that name.

    Raises
    ------
    InputError
        If there is none; the message names the nearest word and all kinds.
    """
    kinds = site_kinds(district, plan)
    by_name = {_plain(word): kind for kind in kinds for word in kind.names}
    if _plain(name) in by_name:
        return by_name[_plain(name)]
    near = difflib.get_close_matches(_plain(name), list(by_name), n=1)
    known_zh = "、".join(f"{kind.kind_id}（{kind.title.zh}）" for kind in kinds)
    known_en = ", ".join(f"{kind.kind_id} ({kind.title.en})" for kind in kinds)
    hint = by_name[near[0]] if near else None
    raise InputError(
        Fault(
            problem=Text(f"方案中没有场所类别“{name}”", f'the plan has no kind of site "{name}"'),
            mend=Text(
                (f"是否想写 {hint.kind_id}？" if hint else "") + f"可用：{known_zh}；"
                "另立类别写在 district.toml 的 [site_kinds]",
                (f"is it {hint.kind_id}? " if hint else "") + f"known: {known_en}; "
                "add your own under [site_kinds] of district.toml",
            ),
        )
    )


def rules_of(kind: SiteKind, plan: ActionPlan) -> tuple[tuple[KindRule, Rule], ...]:
    """Pair what a kind says of its rules with the rules themselves.

    Parameters
    ----------
    kind
        Any kind.
    plan
        Choices applied.

    Returns
    -------
    pairs
        In the order of the kind.
    """
    return tuple((one, plan.rule(one.rule_id)) for one in kind.rules)


def _plain(name: str) -> str:
    """Write a name so that case, spaces and the width of brackets do not matter."""
    return "".join(name.split()).casefold().replace("（", "(").replace("）", ")")
