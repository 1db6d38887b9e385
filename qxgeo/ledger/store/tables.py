"""The ledger's tables: the history, its head, and the rows that the history adds up to.

All values are text or whole numbers, in both kinds of database alike: days as ``2023-06-30``,
moments as ``2023-06-12T08:30:00Z``, decimal numbers as their digits. What is hashed is therefore
what is stored, to the byte. Every row of work names the entry that last changed it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column
from sqlalchemy.types import Text as Words

from qxgeo.errors import Text

# Bytes decide the order of text in PostgreSQL, too, so that both databases list rows alike.
_WORDS = Words().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_POSITION_PLACES = 7  # of a degree: a centimetre
_LENGTH_PLACES = 3  # of a metre
_POINT_PLACES = 2


class Base(DeclarativeBase):
    """All tables of a ledger."""


def words(
    zh: str, en: str, *, of: str = "", is_personal: bool = False, kind: str = "text"
) -> MappedColumn[Any]:
    """Make a column of text; `of` names the table whose row it points to."""
    info = {"kind": kind, "title": Text(zh, en), "is_personal": is_personal}
    if of:
        return mapped_column(_WORDS, ForeignKey(f"{of}.id"), index=True, info=info)
    return mapped_column(_WORDS, info=info)


def day(zh: str, en: str) -> MappedColumn[Any]:
    """Make a column of days, written ``2023-06-30``."""
    return words(zh, en, kind="day")


def decimal(zh: str, en: str, *, places: int) -> MappedColumn[Any]:
    """Make a column of decimal numbers with at most so many places, written as digits."""
    info = {"kind": "decimal", "title": Text(zh, en), "is_personal": False, "places": places}
    return mapped_column(_WORDS, info=info)


def whole(zh: str, en: str) -> MappedColumn[Any]:
    """Make a column of whole numbers."""
    info = {"kind": "whole", "title": Text(zh, en), "is_personal": False}
    return mapped_column(BigInteger, info=info)


def details() -> MappedColumn[Any]:
    """Make the column that takes what a file says beyond the known columns, as JSON."""
    return words("其他", "details", kind="details", is_personal=True)


def row_id() -> MappedColumn[Any]:
    """Make the column that tells rows apart."""
    info = {"kind": "text", "title": Text("编号", "id"), "is_personal": False}
    return mapped_column(_WORDS, primary_key=True, info=info)


def last_entry() -> MappedColumn[Any]:
    """Make the column that names the entry which last changed the row."""
    info = {"kind": "whole", "title": Text("账目", "entry"), "is_personal": False}
    return mapped_column(BigInteger, ForeignKey("history.number"), info=info)


class HistoryEntry(Base):
    """One change of one row: who, when, from where, what before and after, and its hash."""

    __tablename__ = "history"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(_WORDS)
    person: Mapped[str] = mapped_column(_WORDS)
    unit: Mapped[str] = mapped_column(_WORDS)
    file: Mapped[str] = mapped_column(_WORDS)
    sheet: Mapped[str] = mapped_column(_WORDS)
    row: Mapped[int | None] = mapped_column(BigInteger)
    table_name: Mapped[str] = mapped_column(_WORDS)
    row_id: Mapped[str] = mapped_column(_WORDS)
    before: Mapped[str | None] = mapped_column(_WORDS)
    after: Mapped[str | None] = mapped_column(_WORDS)
    previous_hash: Mapped[str] = mapped_column(_WORDS)
    hash: Mapped[str] = mapped_column(_WORDS)


Index("ix_history_row", HistoryEntry.table_name, HistoryEntry.row_id, HistoryEntry.number)


class Head(Base):
    """The last entry's number and hash, in one row that writers lock."""

    __tablename__ = "head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(_WORDS)


class About(Base):
    """What the ledger is about: one row, made with the ledger."""

    __tablename__ = "about"

    id: Mapped[str] = row_id()
    district_code: Mapped[str] = words("行政区划代码", "district code")
    district_name: Mapped[str] = words("辖区", "district")
    plan_id: Mapped[str] = words("方案", "plan")
    plan_sha256: Mapped[str] = words("方案文件 SHA-256", "SHA-256 of the plan")
    details: Mapped[str | None] = details()
    entry: Mapped[int] = last_entry()


class Person(Base):
    """Somebody who acts for a unit, such as a grid member."""

    __tablename__ = "people"

    id: Mapped[str] = row_id()
    name: Mapped[str] = words("姓名", "name", is_personal=True)
    unit_id: Mapped[str | None] = words("单位编号", "unit id")
    township_id: Mapped[str | None] = words("乡镇代码", "township")
    duty: Mapped[str | None] = words("职责", "duty")
    phone: Mapped[str | None] = words("电话", "phone", is_personal=True)
    status: Mapped[str | None] = words("状态", "status")
    details: Mapped[str | None] = details()
    entry: Mapped[int] = last_entry()


class Site(Base):
    """One thing of an inventory: an enterprise, a repair shop, a construction site, a pier ..."""

    __tablename__ = "sites"

    id: Mapped[str] = row_id()
    kind: Mapped[str] = words("类别", "kind")
    name: Mapped[str | None] = words("名称", "name")
    address: Mapped[str | None] = words("地址", "address")
    lon: Mapped[str | None] = decimal("经度", "longitude", places=_POSITION_PLACES)
    lat: Mapped[str | None] = decimal("纬度", "latitude", places=_POSITION_PLACES)
    accuracy_m: Mapped[str | None] = decimal("位置误差(米)", "accuracy_m", places=_LENGTH_PLACES)
    township_id: Mapped[str | None] = words("乡镇代码", "township")
    unit_id: Mapped[str | None] = words("单位编号", "unit id")
    measure_ids: Mapped[str | None] = words("措施", "measures")
    status: Mapped[str | None] = words("状态", "status")
    contact: Mapped[str | None] = words("联系人", "contact", is_personal=True)
    phone: Mapped[str | None] = words("电话", "phone", is_personal=True)
    is_demo: Mapped[str | None] = words("演示数据", "demo data")
    details: Mapped[str | None] = details()
    entry: Mapped[int] = last_entry()


class Task(Base):
    """What a unit has to do, in its role, by a day: a measure, or one turn of its rhythm."""

    __tablename__ = "tasks"

    id: Mapped[str] = row_id()
    measure_id: Mapped[str] = words("措施", "measure")
    turn: Mapped[str | None] = words("期次", "turn")  # 2023-W24, 2023-06, blank for once
    unit_id: Mapped[str] = words("单位编号", "unit id")
    unit_name: Mapped[str] = words("单位", "unit")
    role: Mapped[str] = words("角色", "role")  # lead, cooperating, responsible
    as_written: Mapped[str | None] = words("文件所写单位", "unit as written")  # 各乡办
    text: Mapped[str] = words("任务", "task")
    starts_on: Mapped[str | None] = day("开始", "from")
    due_on: Mapped[str | None] = day("期限", "due")
    earliest_due_on: Mapped[str | None] = day("最早期限", "earliest due")
    deadline_text: Mapped[str | None] = words("期限原文", "deadline as written")
    every: Mapped[int | None] = whole("每隔", "every")
    period: Mapped[str | None] = words("周期", "period")  # week, month
    trigger: Mapped[str | None] = words("触发条件", "trigger")
    status: Mapped[str] = words("状态", "status")
    done_on: Mapped[str | None] = day("完成日期", "done")
    note: Mapped[str | None] = words("备注", "note")
    details: Mapped[str | None] = details()
    entry: Mapped[int] = last_entry()


class Problem(Base):
    """One line of the list of problems 问题清单."""

    __tablename__ = "problems"

    id: Mapped[str] = row_id()
    measure_id: Mapped[str | None] = words("措施", "measure")
    rule_id: Mapped[str | None] = words("规则", "rule")
    site_id: Mapped[str | None] = words("场所", "site", of="sites")
    kind: Mapped[str | None] = words("类别", "kind")
    text: Mapped[str] = words("问题", "problem")
    place: Mapped[str | None] = words("地点", "place")
    lon: Mapped[str | None] = decimal("经度", "longitude", places=_POSITION_PLACES)
    lat: Mapped[str | None] = decimal("纬度", "latitude", places=_POSITION_PLACES)
    township_id: Mapped[str | None] = words("乡镇代码", "township")
    station_id: Mapped[str | None] = words("最近国控站点", "nearest station")
    station_m: Mapped[str | None] = decimal("距站点(米)", "station_m", places=_LENGTH_PLACES)
    unit_id: Mapped[str | None] = words("责任单位编号", "responsible unit")
    person_id: Mapped[str | None] = words("责任人", "person", of="people")
    photo: Mapped[str | None] = words("照片", "photo", is_personal=True)
    source: Mapped[str | None] = words("来源", "source")
    round: Mapped[int | None] = whole("督导轮次", "round")
    found_on: Mapped[str | None] = day("发现日期", "found")
    due_on: Mapped[str | None] = day("整改期限", "due")
    status: Mapped[str] = words("状态", "status")
    closed_on: Mapped[str | None] = day("销号日期", "closed")
    note: Mapped[str | None] = words("备注", "note")
    details: Mapped[str | None] = details()
    entry: Mapped[int] = last_entry()


class Progress(Base):
    """What a unit reported of a task or of a problem."""

    __tablename__ = "progress"

    id: Mapped[str] = row_id()
    task_id: Mapped[str | None] = words("任务编号", "task", of="tasks")
    problem_id: Mapped[str | None] = words("问题编号", "problem", of="problems")
    unit_id: Mapped[str] = words("单位编号", "unit id")
    week: Mapped[str | None] = words("周次", "week")  # 2023-W24
    reported_on: Mapped[str | None] = day("填报日期", "reported")
    status: Mapped[str | None] = words("状态", "status")
    done_on: Mapped[str | None] = day("完成日期", "done")
    percent: Mapped[str | None] = decimal("进度(%)", "percent", places=_POINT_PLACES)
    text: Mapped[str | None] = words("进展", "progress")
    evidence: Mapped[str | None] = words("佐证", "evidence", is_personal=True)
    person: Mapped[str | None] = words("填报人", "reported by", is_personal=True)
    details: Mapped[str | None] = details()
    entry: Mapped[int] = last_entry()


class Inspection(Base):
    """One line of a checklist in a round of inspection, or one look-back at a closed problem."""

    __tablename__ = "inspections"

    id: Mapped[str] = row_id()
    round: Mapped[int | None] = whole("督导轮次", "round")
    kind: Mapped[str] = words("类别", "kind")  # checklist, look_back, score
    measure_id: Mapped[str | None] = words("措施", "measure")
    unit_id: Mapped[str | None] = words("被查单位编号", "unit inspected")
    site_id: Mapped[str | None] = words("场所", "site", of="sites")
    problem_id: Mapped[str | None] = words("问题编号", "problem", of="problems")
    item: Mapped[str | None] = words("检查项", "item")
    due_on: Mapped[str | None] = day("期限", "due")
    inspected_on: Mapped[str | None] = day("检查日期", "inspected")
    inspector: Mapped[str | None] = words("检查人", "inspector", is_personal=True)
    result: Mapped[str | None] = words("结果", "result")
    score: Mapped[str | None] = decimal("得分", "score", places=_POINT_PLACES)
    text: Mapped[str | None] = words("说明", "remarks")
    photo: Mapped[str | None] = words("照片", "photo", is_personal=True)
    details: Mapped[str | None] = details()
    entry: Mapped[int] = last_entry()


class Listing(Base):
    """One name on a month's red or black list, or one deduction of credit."""

    __tablename__ = "lists"

    id: Mapped[str] = row_id()
    month: Mapped[str] = words("月份", "month")  # 2023-06
    kind: Mapped[str] = words("名单", "list")  # red, black, credit
    site_id: Mapped[str | None] = words("场所", "site", of="sites")
    unit_id: Mapped[str | None] = words("单位编号", "unit id")
    name: Mapped[str] = words("名称", "name")
    measure_id: Mapped[str | None] = words("措施", "measure")
    rule_id: Mapped[str | None] = words("规则", "rule")
    points: Mapped[str | None] = decimal("分值", "points", places=_POINT_PLACES)
    reason: Mapped[str | None] = words("依据", "reason")
    appeal: Mapped[str | None] = words("申诉", "appeal")
    appeal_status: Mapped[str | None] = words("申诉状态", "state of the appeal")
    status: Mapped[str | None] = words("状态", "status")
    details: Mapped[str | None] = details()
    entry: Mapped[int] = last_entry()
