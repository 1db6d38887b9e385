"""The first schema: history, head, and eight tables of work.

Revision ID: 0001
Revises: nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Columns of each table between `id` and `entry`: `!` may not be blank, `:whole` is a whole number,
# `:sites` points to a row of that table. A step stands on its own: it never reads the models.
_TABLES = {
    "about": ("district_code! district_name! plan_id! plan_sha256! details"),
    "people": ("name! unit_id township_id duty phone status details"),
    "sites": (
        "kind! name address lon lat accuracy_m township_id unit_id measure_ids status "
        "contact phone is_demo details"
    ),
    "tasks": (
        "measure_id! turn unit_id! unit_name! role! as_written text! starts_on due_on "
        "earliest_due_on deadline_text every:whole period trigger status! done_on note "
        "details"
    ),
    "lists": (
        "month! kind! site_id:sites unit_id name! measure_id rule_id points reason appeal "
        "appeal_status status details"
    ),
    "problems": (
        "measure_id rule_id site_id:sites kind text! place lon lat township_id station_id "
        "station_m unit_id person_id:people photo source round:whole found_on due_on "
        "status! closed_on note details"
    ),
    "inspections": (
        "round:whole kind! measure_id unit_id site_id:sites problem_id:problems item "
        "due_on inspected_on inspector result score text photo details"
    ),
    "progress": (
        "task_id:tasks problem_id:problems unit_id! week reported_on status done_on "
        "percent text evidence person details"
    ),
}


def _words() -> sa.Text:
    """Text whose order is that of its bytes."""
    return sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _column(written: str) -> sa.Column[object]:
    """Make a column as it is written above."""
    name, _, kind = written.partition(":")
    is_required, name = name.endswith("!"), name.removesuffix("!")
    if kind == "whole":
        return sa.Column(name, sa.BigInteger(), nullable=not is_required)
    points_to = [sa.ForeignKey(f"{kind}.id")] if kind else []
    return sa.Column(name, _words(), *points_to, nullable=not is_required)


def upgrade() -> None:
    """Make every table."""
    _make_history()
    for name, written in _TABLES.items():
        columns = written.split()
        op.create_table(
            name,
            sa.Column("id", _words(), primary_key=True),
            *map(_column, columns),
            sa.Column("entry", sa.BigInteger(), sa.ForeignKey("history.number"), nullable=False),
        )
        for column, _, kind in (one.partition(":") for one in columns):
            if kind not in ("", "whole"):
                op.create_index(f"ix_{name}_{column}", name, [column])


def _make_history() -> None:
    """Make the history and its head, which stands before the first entry."""
    op.create_table(
        "history",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        *(
            sa.Column(name, _words(), nullable=False)
            for name in ("at", "person", "unit", "file", "sheet")
        ),
        sa.Column("row", sa.BigInteger()),
        *(sa.Column(name, _words(), nullable=False) for name in ("table_name", "row_id")),
        *(sa.Column(name, _words()) for name in ("before", "after")),
        *(sa.Column(name, _words(), nullable=False) for name in ("previous_hash", "hash")),
    )
    op.create_index("ix_history_row", "history", ["table_name", "row_id", "number"])
    head = op.create_table(
        "head",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", _words(), nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "number": 0, "hash": "0" * 64}])
