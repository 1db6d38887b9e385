"""The run record run.json: what went in, what was assumed, and with which versions."""

from __future__ import annotations

import json
import platform
from collections import Counter
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyogrio
import pyproj
import shapely

from qxgeo.vocabulary import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qxgeo.assess import Assessment, Shelf
    from qxgeo.district import District, Layer
    from qxgeo.errors import Text

SCHEMA_VERSION = 1
_PACKAGES = (
    "geopandas",
    "numpy",
    "pandas",
    "pyarrow",
    "pyogrio",
    "pyproj",
    "shapely",
    "xlsxwriter",
)


def run_record(assessment: Assessment, shelf: Shelf | None = None) -> dict[str, Any]:
    """Say what a run was made from.

    Parameters
    ----------
    assessment
        The whole run.
    shelf
        Its findings, where they lie on the disk.

    Returns
    -------
    record
        Plain values, no time of day and no path of this machine: the same input and the same
        versions give the same record.
    """
    district, plan = assessment.district, assessment.plan
    return {
        "record_version": SCHEMA_VERSION,
        "as_of": assessment.as_of.isoformat(),
        "is_demo": assessment.is_demo,
        "is_approximate": assessment.is_approximate,
        "district": {
            "code": district.code,
            "name": _both(district.name),
            "file": district.path.name,
            "sha256": district.sha256,
            "warning_day": district.warning_day,
            "notes": [_both(note) for note in district.notes],
        },
        "plan": {"plan_id": plan.plan_id, "title": _both(plan.title), "sha256": plan.sha256},
        "layers": {
            name: _describe_layer(layer, district) for name, layer in district.layers.items()
        },
        "parameters": {
            name: {"value": given.value, "source": given.source}
            for name, given in district.parameters.items()
        },
        "choices": dict(district.choices),
        "assumptions": [
            {
                "assumption_id": row.assumption_id,
                "rule_ids": list(row.rule_ids),
                "text": _both(row.text),
                "source": _both(row.source),
            }
            for row in assessment.assumptions
        ],
        "gaps": [
            {
                "rule_id": gap.rule_id,
                "measure_id": gap.measure_id,
                "missing": list(gap.missing),
                "reason": _both(gap.reason),
            }
            for gap in assessment.gaps
        ],
        "counts": _count(assessment, shelf),
        "versions": list_versions(),
    }


def write_run_record(
    assessment: Assessment, path: str | Path, *, shelf: Shelf | None = None
) -> None:
    """Write run.json.

    Parameters
    ----------
    assessment
        The whole run.
    path
        The file; its folder exists.
    shelf
        The findings, where they lie on the disk.
    """
    Path(path).write_text(
        format_record(run_record(assessment, shelf)), encoding="utf-8", newline="\n"
    )


def format_record(record: dict[str, Any]) -> str:
    """Give a record as text: sorted keys, Chinese as it is.

    Parameters
    ----------
    record
        Plain values.

    Returns
    -------
    text
        JSON with a line break at its end.
    """
    text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return text + "\n"


def _both(text: Text) -> dict[str, str]:
    """Give a sentence in both languages."""
    return {"zh": text.zh, "en": text.en}


def _describe_layer(layer: Layer, district: District) -> dict[str, Any]:
    """Say where a layer comes from."""
    return {
        "path": _relative(layer.path, district.folder),
        "sha256": layer.sha256,
        "datum": layer.datum,
        "accuracy_m": layer.accuracy_m,
        "source": layer.source,
        "licence": layer.licence,
        "as_of": layer.as_of.isoformat() if layer.as_of else None,
        "rows": layer.size,
        "is_demo": layer.is_demo,
        "is_approximate": layer.is_approximate,
        "notes": [_both(note) for note in layer.notes],
    }


def _relative(path: Path, folder: Path) -> str:
    """Give a path inside the district's folder, else the bare file name."""
    if not path.is_absolute():
        return path.as_posix()
    if path.is_relative_to(folder.absolute()):
        return path.relative_to(folder.absolute()).as_posix()
    return path.name


def _count(assessment: Assessment, shelf: Shelf | None) -> dict[str, Any]:
    """Count findings and judged subjects by verdict."""
    verdicts = Counter(assessment.findings["verdict"].astype(str))
    for place in () if shelf is None else shelf.places:
        for (_, _, verdict), number in place.counts.items():
            verdicts[verdict] += number
    per_rule = assessment.rule_counts.set_index("rule_id")
    return {
        "findings": sum(verdicts.values()),
        "findings_by_verdict": {str(word): int(verdicts.get(str(word), 0)) for word in Verdict},
        "subjects_by_rule": {
            str(rule_id): {str(column): int(number) for column, number in row.items()}
            for rule_id, row in per_rule.iterrows()
        },
    }


def list_versions(more: Sequence[str] = ()) -> dict[str, str]:
    """Give the versions on which a last digit may hang.

    Parameters
    ----------
    more
        Packages beside those that every run uses.

    Returns
    -------
    versions
        Name to version.
    """
    versions = {name: metadata.version(name) for name in (*_PACKAGES, *more)}
    try:
        versions["qxgeo"] = metadata.version("qxgeo")
    except metadata.PackageNotFoundError:
        versions["qxgeo"] = "not installed"
    versions["python"] = platform.python_version()
    versions["PROJ"] = pyproj.proj_version_str
    versions["GEOS"] = shapely.geos_version_string
    versions["GDAL"] = pyogrio.__gdal_version_string__
    return versions
