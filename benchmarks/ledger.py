"""The ledger of a large office: recording, dispatch, import, report and proof, timed.

Run ``python benchmarks/ledger.py [--postgres URL]``. A ledger of the embedded plan is filled with
100,000 problems and a history of 1,000,000 entries, in an SQLite file and, where a URL is given, in
an empty PostgreSQL database. Then the work of a week is done on it. Every step runs once in this
process; CPU seconds are the ones to compare where the machine is shared.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import platform
import random
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qxgeo.district import load_district
from qxgeo.ledger.dispatch import Office, build_dispatch, ledger_units, read_board, start_week
from qxgeo.ledger.forms import mark_row
from qxgeo.ledger.history import (
    Author,
    Change,
    create_ledger,
    make_id,
    read_head,
    record,
    verify_ledger,
)
from qxgeo.ledger.loading import plan_changes
from qxgeo.ledger.places import find_places
from qxgeo.ledger.returns import import_return
from qxgeo.ledger.rhythm import find_span, parse_week
from qxgeo.ledger.rulebook import load_list_rules, load_work_rules
from qxgeo.ledger.summary import summarise_week
from qxgeo.maps import write_ledger_maps
from qxgeo.plan import load_plan
from qxgeo.reports.ledger.form_book import write_form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qxgeo.ledger.forms import Form
    from qxgeo.ledger.store import Ledger

HERE = Path(__file__).parent
SEED = 6
WEEK = parse_week("2023-W40")
NOON = dt.datetime(2023, 10, 2, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))
AT_ONCE = 5_000  # changes in a transaction while the ledger is filled
OPEN_SHARE = 0.1  # of the problems when the week begins
STATUSES = ("open", "in_progress", "rectified")


def main() -> int:
    """Fill, work, print a table, write a JSON file."""
    options = read_options()
    records = []
    with tempfile.TemporaryDirectory() as folder:
        places = {} if options.no_sqlite else {"sqlite": str(Path(folder) / "ledger.sqlite")}
        if options.postgres:
            places["postgresql"] = options.postgres
        for name, place in places.items():
            print(f"\n{name}: {options.problems:,} problems, {options.entries:,} entries")
            records += measure(name, place, Path(folder), options)
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "ledger.json"
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    report = {"machine": machine, "records": records}
    path.write_text(json.dumps(report, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"\n{path}")
    return 0


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", type=int, default=100_000)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--postgres", help="URL of an empty database")
    parser.add_argument("--no-sqlite", action="store_true", help="the server alone")
    parser.add_argument("--out", type=Path, default=HERE / "out")
    parser.add_argument("--small", action="store_true", help="a hundredth of everything")
    options = parser.parse_args()
    if options.small:
        options.problems, options.entries = 1_000, 10_000
    return options


def measure(
    name: str, place: str, folder: Path, options: argparse.Namespace
) -> list[dict[str, Any]]:
    """Do the work of a week on one kind of database."""
    plan = load_plan("qixing-2023")
    office = Office(plan=plan, rules=load_work_rules(), list_rules=load_list_rules())
    records: list[dict[str, Any]] = []

    def step(what: str, do: Callable[[], Any], *, count: int) -> Any:  # noqa: ANN401
        wall, cpu = time.perf_counter(), time.process_time()
        result = do()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        records.append(
            {"database": name, "step": what, "count": count, "wall_s": wall, "cpu_s": cpu}
            | {"peak_mb": peak_mb}
        )
        print(f"  {what:<28}{count:>12,}{wall:>10.2f} s{cpu:>10.2f} s CPU{peak_mb:>8.0f} MB")
        return result

    about = {"district_code": plan.district_code, "district_name": "七星区"}
    about |= {"plan_id": plan.plan_id, "plan_sha256": plan.sha256}
    author = Author(name="benchmark", at=NOON)
    with create_ledger(place, author=author, about=about, changes=plan_changes(plan)) as ledger:
        first = read_head(ledger)[0]
        step("record", lambda: fill(ledger, options), count=options.entries - first)
        span = find_span(plan)
        step(
            "lay down turns",
            lambda: start_week(ledger, office, span, until=WEEK.last_day, at=NOON, by="b"),
            count=1,
        )
        board = step(
            "read open rows",
            lambda: read_board(ledger, office, is_open_only=True),
            count=options.problems,
        )
        forms = list(build_dispatch(board, WEEK, as_of=WEEK.first_day))
        rows = sum(len(sheet.rows) for form in forms for sheet in form.sheets)
        step(
            "write 25 workbooks",
            lambda: [write_form(form, folder / form.file_name) for form in forms],
            count=rows,
        )
        largest = max(forms, key=lambda form: len(form.sheets[1].rows))
        path = folder / "returned.xlsx"
        write_form(answer(largest), path)
        answered = len(largest.sheets[1].rows)
        at = NOON + dt.timedelta(days=6)
        outcome = step(
            "import the largest", lambda: import_return(ledger, path, office, at=at), count=answered
        )
        if outcome.merged_rows != answered:
            message = f"{outcome.merged_rows} of {answered} rows were merged"
            raise AssertionError(message)
        step("import it again", lambda: import_return(ledger, path, office, at=at), count=answered)
        everything = step(
            "read all rows", lambda: read_board(ledger, office), count=options.problems
        )
        step("sum the week up", lambda: summarise_week(everything, WEEK), count=options.problems)
        step("draw 32 pages", lambda: draw_pages(ledger, office, folder), count=options.problems)
        found = step("verify", lambda: verify_ledger(ledger), count=read_head(ledger)[0])
        if found.flaws:
            raise AssertionError(found.flaws[0])
    return records


def draw_pages(ledger: Ledger, office: Office, folder: Path) -> None:
    """Do what ``qxgeo ledger map`` does: read, place, measure, choose, write."""
    board = read_board(ledger, office)
    district = load_district(None, as_of=WEEK.first_day)
    places = find_places(board, district, as_of=WEEK.first_day)
    into = folder / f"pages-{time.monotonic_ns()}"
    into.mkdir()
    pages = write_ledger_maps(board, places, district, into)
    sizes = [one.stat().st_size / 1e6 for one in pages]
    print(f"  {len(pages)} pages, {sum(sizes):.0f} MB, the largest {max(sizes):.1f} MB")


def fill(ledger: Ledger, options: argparse.Namespace) -> None:
    """Fill a ledger with problems and with answers to them."""
    author = Author(name="benchmark", at=NOON)
    waiting: list[Change] = []
    for change in changes(ledger, options):
        waiting.append(change)
        if len(waiting) == AT_ONCE:
            record(ledger, waiting, author=author)
            waiting = []
    if waiting:
        record(ledger, waiting, author=author)


def changes(ledger: Ledger, options: argparse.Namespace) -> Iterator[Change]:
    """Give problems, then answers by turns, so that every change is an entry."""
    start = read_head(ledger)[0]  # before anything waits to be recorded
    dice = random.Random(SEED)  # noqa: S311 - not for secrets
    units = ledger_units(load_plan("qixing-2023"))
    ids = [make_id("P", number) for number in range(options.problems)]
    for number, row_id in enumerate(ids):
        values = {
            "measure_id": dice.choice(("2.1.3", "6.1.0", "1.2.4")),
            "text": f"问题 {number}",
            "place": f"地点 {number % 997}",
            "lon": 110.2 + dice.random() * 0.2,
            "lat": 25.2 + dice.random() * 0.1,
            "unit_id": dice.choice(units),
            "source": "patrol",
            "found_on": dt.date(2023, 5, 1) + dt.timedelta(days=number % 150),
            "due_on": dt.date(2023, 6, 1) + dt.timedelta(days=number % 150),
            "status": "open",
        }
        yield Change(table="problems", row_id=row_id, values=values)
    rest = options.entries - options.problems - start
    closed = int(options.problems * (1 - OPEN_SHARE))
    for number in range(max(rest - closed, 0)):
        row_id = ids[number % len(ids)]
        status = STATUSES[(number // len(ids) + 1) % 2]
        values = {"status": status, "note": f"第 {number} 次答复"}
        yield Change(table="problems", row_id=row_id, values=values)
    for row_id in ids[:closed]:
        values = {"status": "closed", "closed_on": dt.date(2023, 9, 30)}
        yield Change(table="problems", row_id=row_id, values=values)


def answer(form: Form) -> Form:
    """Fill every problem of a form in."""
    address = (str(form.kind), form.label, form.unit_id)
    tasks, problems, new = form.sheets
    rows = []
    for row in problems.rows:
        given = tuple(row.cells.get(one.key, "") for one in problems.columns if not one.is_input)
        cells = {
            "status": "in_progress",
            "note": "正在整改",
            "mark": mark_row(address, problems.key, (row.row_id, row.entry), given),
        }
        rows.append(replace(row, cells=dict(row.cells) | cells))
    sheets = (replace(tasks, rows=()), replace(problems, rows=tuple(rows)), new)
    return replace(form, sheets=sheets)


if __name__ == "__main__":
    raise SystemExit(main())
