"""Kinds of sites that people apply for, and which rules of the plan look at each."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Text
from qxgeo.plan.entry import freeze, twice
from qxgeo.plan.rule import check_condition
from qxgeo.schemas import LAYERS
from qxgeo.vocabulary import SiteVerdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from qxgeo.plan.entry import Entry

ATTRIBUTE_KINDS = ("text", "number", "flag")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """Something that an application has to say of a site, because a rule asks for it.

    Attributes
    ----------
    name
        Column in which conditions look.
    kind
        ``text``, ``number`` or ``flag``.
    aliases
        Headings under which officers' lists carry it.
    options
        Usual answers, for a form; an answer of one's own is possible.
    """

    name: str
    title: Text
    kind: str
    aliases: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """A rule of the plan as it looks at one kind of site.

    Attributes
    ----------
    when
        Three-valued condition on the site's attributes; elsewhere the rule says nothing.
    caught
        Word of `SiteVerdict` for a site that the rule catches; None to follow the strength.
    """

    rule_id: str
    when: Mapping[str, Any]
    caught: SiteVerdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteKind:
    """A kind of site that people apply for.

    Attributes
    ----------
    aliases
        Other words for it, as officers write them.
    layer
        Layer that holds the existing ones, "" where there is none.
    rules
        In the order of the document.
    """

    kind_id: str
    title: Text
    aliases: tuple[str, ...]
    layer: str
    rules: tuple[KindRule, ...]
    attributes: tuple[Attribute, ...]
    notes: tuple[Text, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every word by which it can be asked for."""
        return (self.kind_id, self.title.zh, self.title.en, *self.aliases)


def read_site_kinds(top: Entry, rule_ids: Collection[str]) -> tuple[SiteKind, ...]:
    """Read ``[[site_kinds]]`` of a plan; a word may mean one kind only."""
    kinds = [
        read_site_kind(entry, entry.text("id"), rule_ids)
        for entry in top.tables("site_kinds", required=False)
    ]
    owners: dict[str, str] = {}
    for number, kind in enumerate(kinds):
        for name in dict.fromkeys(kind.names):
            if name and name in owners:
                top.fault(f"site_kinds[{number}]", *twice(name))
            owners[name] = kind.kind_id
    return tuple(kinds)


def read_site_kind(entry: Entry, kind_id: str, rule_ids: Collection[str] | None) -> SiteKind:
    """Read one kind.

    Parameters
    ----------
    entry
        Its table.
    kind_id
        Its id.
    rule_ids
        Rules that it may name; None to check them later.

    Returns
    -------
    kind
        With a harmless stand-in for whatever is at fault.
    """
    layer = entry.text("layer", required=False)
    if layer and layer not in LAYERS:
        entry.unknown("layer", layer, list(LAYERS))
    rules = tuple(_read_kind_rule(one, rule_ids) for one in entry.tables("rules"))
    named = [rule.rule_id for rule in rules]
    for number, name in enumerate(named):
        if name and name in named[:number]:
            entry.fault(f"rules[{number}]", *twice(name))
    kind = SiteKind(
        kind_id=kind_id,
        title=entry.sentence("title"),
        aliases=entry.texts("aliases"),
        layer=layer,
        rules=rules,
        attributes=tuple(_read_attributes(entry.tables("attributes", required=False))),
        notes=entry.sentences("notes"),
    )
    if not kind.rules and isinstance(entry.raw.get("rules"), list):
        entry.fault(
            "rules",
            Text("一条规则也没有", "there is no rule"),
            Text("请列出规则", "list the rules"),
        )
    entry.close()
    return kind


def _read_kind_rule(entry: Entry, rule_ids: Collection[str] | None) -> KindRule:
    """Read a rule's id, when it speaks, and what it says of a site that it catches."""
    rule_id = entry.text("rule")
    if rule_ids is not None and rule_id and rule_id not in rule_ids:
        entry.unknown("rule", rule_id, list(rule_ids))
    when = entry.table("when", required=False)
    if when is not None:
        check_condition(when)
    caught = entry.word("caught", list(map(str, SiteVerdict))) if entry.has("caught") else ""
    rule = KindRule(
        rule_id=rule_id,
        when=MappingProxyType({}) if when is None else freeze(when.raw),
        caught=SiteVerdict(caught) if caught in set(SiteVerdict) else None,
    )
    entry.text("caught", required=False)
    entry.close()
    return rule


def _read_attributes(entries: Iterable[Entry]) -> list[Attribute]:
    """Read what an application has to say."""
    attributes: list[Attribute] = []
    for entry in entries:
        attribute = Attribute(
            name=entry.text("name"),
            title=entry.sentence("title"),
            kind=entry.word("kind", ATTRIBUTE_KINDS),
            aliases=entry.texts("aliases"),
            options=entry.texts("options"),
        )
        if attribute.name in [one.name for one in attributes]:
            entry.fault("name", *twice(attribute.name))
        entry.close()
        attributes.append(attribute)
    return attributes
