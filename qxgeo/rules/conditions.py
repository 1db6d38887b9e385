"""Three-valued conditions on attributes: yes, no, or nobody has written it down.

A condition is a table of the plan: ``{column = value}``, ``{column = [values]}``,
``{column = {min = 5000}}``, ``{column = {present = true}}``; all entries must hold. The keys
``all`` and ``any`` hold lists of conditions, ``not`` holds one. A blank is unknown, never no: an
unknown surface is not a paved one (Kleene's strong logic).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Truth = NDArray[np.float64]  # 1 yes, 0 no, NaN unknown

YES, NO, UNKNOWN = 1.0, 0.0, np.nan


def evaluate_condition(
    table: pd.DataFrame, where: Mapping[str, Any], *, blank_means_no: frozenset[str] = frozenset()
) -> NDArray[np.float64]:
    """Ask a condition of every row.

    Parameters
    ----------
    table
        Any layer; columns that the condition names and the table lacks are unknown throughout.
    where
        The condition; an empty one holds everywhere.
    blank_means_no
        Flag columns in which a blank says no.

    Returns
    -------
    truth
        1 yes, 0 no, NaN unknown, shape (n,).
    """
    answers = []
    for key, wanted in where.items():
        if key in ("any", "all"):
            parts = [evaluate_condition(table, w, blank_means_no=blank_means_no) for w in wanted]
            answers.append(either(parts) if key == "any" else both(parts))
        elif key == "not":
            answers.append(1 - evaluate_condition(table, wanted, blank_means_no=blank_means_no))
        elif key in table.columns:
            answers.append(_evaluate_column(table[key], wanted, is_no=key in blank_means_no))
        elif _asks_presence(wanted):  # a column that is not there is blank in every row
            answers.append(np.full(len(table), NO if wanted["present"] else YES))
        elif key in blank_means_no:
            answers.append(_compare(np.zeros(len(table)), wanted))
        else:
            answers.append(np.full(len(table), UNKNOWN))
    return both(answers) if answers else np.ones(len(table))


def both(answers: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Kleene's and: one no decides, else one unknown leaves it open."""
    stack = np.stack(answers)
    return np.where((stack == NO).any(axis=0), NO, stack.sum(axis=0) * 0 + YES)


def either(answers: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Kleene's or: one yes decides, else one unknown leaves it open."""
    return np.asarray(1 - both([1 - answer for answer in answers]))


def _asks_presence(wanted: object) -> bool:
    """Whether only the presence of a value is asked for."""
    return isinstance(wanted, Mapping) and set(wanted) == {"present"}


def _compare(flags: NDArray[np.float64], wanted: object) -> NDArray[np.float64]:
    """Compare flags given as 0 and 1."""
    return np.where(flags == float(bool(wanted)), YES, NO)


def _evaluate_column(column: pd.Series[Any], wanted: Any, *, is_no: bool) -> Truth:  # noqa: ANN401
    """Ask one column; of words each one once, however many rows have it."""
    if isinstance(column.dtype, pd.StringDtype):
        codes, words = pd.factorize(column, use_na_sentinel=False)
        return _evaluate_values(pd.Series(words), wanted, is_no=is_no)[codes]
    return _evaluate_values(column, wanted, is_no=is_no)


def _evaluate_values(column: pd.Series[Any], wanted: Any, *, is_no: bool) -> Truth:  # noqa: ANN401
    """Ask values one by one."""
    if isinstance(wanted, Mapping) and not _asks_presence(wanted) and _holds_numbers(column):
        return _compare_numbers(column.to_numpy(dtype=float, na_value=np.nan), wanted)
    text = column.astype("string").str.strip()
    blank = (column.isna() | (text == "")).to_numpy(dtype=bool, na_value=True)
    if _asks_presence(wanted):
        return np.where(blank != bool(wanted["present"]), YES, NO)
    if isinstance(wanted, Mapping):
        number = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        return _compare_numbers(number, wanted)
    if isinstance(wanted, bool):
        words = text.str.lower()
        is_yes = words.isin(["true", "1", "1.0", "yes", "是", "有"]).to_numpy(dtype=bool)
        is_false = words.isin(["false", "0", "0.0", "no", "否", "无"]).to_numpy(dtype=bool)
        known = is_yes | is_false
        answer = np.where(known, np.where(is_yes == wanted, YES, NO), UNKNOWN)
        return np.where(blank, NO if wanted else YES, answer) if is_no else answer
    values = list(wanted) if isinstance(wanted, list | tuple) else [wanted]
    found = text.isin([str(value) for value in values]).to_numpy(dtype=bool, na_value=False)
    return np.where(blank, UNKNOWN, np.where(found, YES, NO))


def _holds_numbers(column: pd.Series[Any]) -> bool:
    """Whether a column holds numbers, no words and no yes or no."""
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _compare_numbers(number: NDArray[np.float64], wanted: Mapping[str, Any]) -> Truth:
    """Compare numbers with the least and the most that is wanted; NaN is unknown."""
    holds = np.ones(len(number), dtype=bool)
    if "min" in wanted:
        holds &= number >= wanted["min"]
    if "max" in wanted:
        holds &= number <= wanted["max"]
    return np.where(np.isnan(number), UNKNOWN, np.where(holds, YES, NO))
