"""The words of the ledger's work, each with its Chinese and English label."""

from __future__ import annotations

from enum import StrEnum

from qxgeo.errors import Text

EMPTY = Text("", "")
CONFLICT = "conflict"  # in the details of an answer that met another unit's


class TaskStatus(StrEnum):
    """What a unit says of a task."""

    NOT_STARTED = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"


class ProblemStatus(StrEnum):
    """How far a problem is."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    RECTIFIED = "rectified"
    CLOSED = "closed"
    FALSE_RECTIFICATION = "false_rectification"


class Source(StrEnum):
    """Where a problem comes from."""

    INSPECTION = "inspection"
    COMPLAINT = "complaint"
    DUST_EVENT = "dust_event"
    PATROL = "patrol"
    SUPERVISION = "supervision"
    LOOK_BACK = "look_back"
    OTHER = "other"


class CheckResult(StrEnum):
    """What an inspection found of a duty."""

    PASSED = "passed"
    PROBLEM = "problem"
    NOT_CHECKED = "not_checked"


class LookBackResult(StrEnum):
    """What a look-back found of a closed problem."""

    CONFIRMED = "confirmed"
    FALSE = "false"
    RELAPSED = "relapsed"


class ItemResult(StrEnum):
    """What was found of one of the nine items."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"


TASK_STATUS_LABELS: dict[str, Text] = {
    TaskStatus.NOT_STARTED: Text("未开始", "not started"),
    TaskStatus.IN_PROGRESS: Text("进行中", "in progress"),
    TaskStatus.DONE: Text("已完成", "done"),
}
PROBLEM_STATUS_LABELS: dict[str, Text] = {
    ProblemStatus.OPEN: Text("未整改", "open"),
    ProblemStatus.IN_PROGRESS: Text("整改中", "in progress"),
    ProblemStatus.RECTIFIED: Text("已整改待核实", "rectified, to be verified"),
    ProblemStatus.CLOSED: Text("已销号", "closed"),
    ProblemStatus.FALSE_RECTIFICATION: Text("虚假整改", "false rectification"),
}
SOURCE_LABELS: dict[str, Text] = {
    Source.INSPECTION: Text("检查", "inspection"),
    Source.COMPLAINT: Text("投诉", "complaint"),
    Source.DUST_EVENT: Text("扬尘事件", "dust event"),
    Source.PATROL: Text("巡查", "patrol"),
    Source.SUPERVISION: Text("督导交办", "supervision"),
    Source.LOOK_BACK: Text("回头看", "look-back"),
    Source.OTHER: Text("其他", "other"),
}
CHECK_LABELS: dict[str, Text] = {
    CheckResult.PASSED: Text("落实", "carried out"),
    CheckResult.PROBLEM: Text("存在问题", "problem found"),
    CheckResult.NOT_CHECKED: Text("本次未查", "not checked"),
}
LOOK_BACK_LABELS: dict[str, Text] = {
    LookBackResult.CONFIRMED: Text("整改属实", "confirmed"),
    LookBackResult.FALSE: Text("虚假整改", "false rectification"),
    LookBackResult.RELAPSED: Text("问题反弹", "relapsed"),
}
ITEM_LABELS: dict[str, Text] = {
    ItemResult.PASSED: Text("合格", "passed"),
    ItemResult.FAILED: Text("不合格", "failed"),
    ItemResult.NOT_CHECKED: Text("未查", "not checked"),
}
ROLE_LABELS: dict[str, Text] = {
    "lead": Text("牵头", "lead"),
    "cooperating": Text("配合", "cooperating"),
    "responsible": Text("责任", "responsible"),
}
