"""How a contract is written: columns of a layer and the geometry it may have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qxgeo.errors import Text

POINT = ("Point",)
LINE = ("LineString", "MultiLineString")
POLYGON = ("Polygon", "MultiPolygon")
ANY = (*POINT, "MultiPoint", *LINE, *POLYGON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a layer.

    Attributes
    ----------
    kind
        ``text``, ``number``, ``flag``, ``date``, ``status`` (a word of `vocabulary.Status`),
        ``word`` (a key of `words`), ``weekdays`` (written as 周六、周日), ``phone``.
    aliases
        Headings under which planners' files carry it, compared without case and spaces.
    required
        Whether a file without it is refused. A text id that is not required is made from the row.
    unique
        Whether a value may stand only once.
    blank_means_no
        Whether a blank flag says no, as the field writes it (a road without a tunnel tag is no
        tunnel). Every other blank is unknown.
    least, most
        Smallest and largest number that can be meant; both belong to it.
    unit
        Unit of a number, ``m`` or none. A heading that states another unit of length is refused.
    words
        Of kind ``word``: word of the house to the words under which files carry it.
    """

    kind: str = "text"
    aliases: tuple[str, ...] = ()
    required: bool = False
    unique: bool = False
    blank_means_no: bool = False
    least: float | None = None
    most: float | None = None
    unit: str = ""
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSchema:
    """What a kind of layer must look like.

    Attributes
    ----------
    title
        Its name for people.
    id_column
        The column that tells rows apart.
    geometry
        Allowed geometry types.
    columns
        Known columns by their name in the house.
    empty_geometry_allowed
        True where a row without territory is a statement (a township unit whose polygon is not
        known), not a fault.
    position_optional
        True where a table without any column of positions is complete, as a list of people is.
    same_thing
        Columns that together tell rows without an id apart: a row that repeats all of them is a
        fault.
    """

    title: Text
    id_column: str
    geometry: tuple[str, ...]
    columns: Mapping[str, Column]
    empty_geometry_allowed: bool = False
    position_optional: bool = False
    same_thing: tuple[str, ...] = ()
