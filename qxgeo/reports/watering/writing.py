"""All reports of one watering plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qxgeo.reports.atomic import WATERING_RECORD
from qxgeo.reports.each_file import write_each
from qxgeo.reports.file_names import name_safely
from qxgeo.reports.watering.record import write_watering_record
from qxgeo.reports.watering.sheets import write_cart_sheets
from qxgeo.reports.watering.tracks import write_tracks
from qxgeo.reports.watering.workbook import write_watering_workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.watering.model import WateringPlan

FOLDER = "watering"  # of the carts' own files


def write_watering_reports(
    plan: WateringPlan,
    folder: str | Path,
    *,
    lang: str,
    is_public: bool = False,
    progress: Callable[[str], object] | None = None,
) -> list[Path]:
    """Write workbook, sheets, tracks and watering.json.

    Parameters
    ----------
    plan
        The whole plan.
    folder
        Where to, usually what `replace_outputs` gives; it exists. Each cart's files come into its
        ``watering``, named by the cart.
    lang
        ``zh`` or ``en``, of headings and labels.
    is_public
        Leave out what names people: the sheets are not written.
    progress
        Is told each file's name before it is written.

    Returns
    -------
    paths
        The files in the order of their writing; watering.json is the last.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    tell = progress or (lambda _: None)
    ids = plan.fleet.carts["cart_id"].astype(str).tolist()
    names = dict(zip(ids, name_safely(ids, otherwise="cart"), strict=True))
    place = Path(folder) / FOLDER
    written: list[Path] = []
    if names:
        place.mkdir(exist_ok=True)
    if not is_public:
        tell("watering_sheets.pdf")
        written += write_cart_sheets(plan, Path(folder), names, place=place, lang=lang)
    tell(f"{FOLDER}/*.gpx, *.kml")
    written += write_tracks(plan, place, names, lang=lang)
    writers: dict[str, Callable[[Path], object]] = {
        "watering.xlsx": lambda path: write_watering_workbook(plan, path, lang=lang),
        WATERING_RECORD: lambda path: write_watering_record(plan, path),
    }
    return [*written, *write_each(folder, writers, progress=progress)]
