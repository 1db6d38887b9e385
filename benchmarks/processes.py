"""A child process and everything it starts: wall time, CPU time, peak memory of the whole tree.

Linux only where more than one process takes part: the tree is read from ``/proc``. Memory that
processes share is counted once: the sum of what each has alone, and the largest shared part.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20
LOOK_EVERY_S = 0.02


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child process ended and what it and its own children took."""

    exit_code: int
    stdout: str
    stderr: str
    wall_s: float
    cpu_s: float
    peak_mb: float
    timed_out: bool

    def answer(self) -> dict[str, Any]:
        """Read the JSON object of the last line printed."""
        return dict(json.loads(self.stdout.splitlines()[-1]))


def run_child(command: list[str], *, limit_s: float = 1e9, cwd: Path | None = None) -> Ended:
    """Run a command to its end, or to the limit, and measure its tree."""
    peak = [0.0]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaints:
        begin = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=complaints, cwd=cwd)  # noqa: S603 - ours
        over = threading.Event()
        watcher = threading.Thread(target=watch, args=(child.pid, begin + limit_s, over, peak))
        watcher.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
            wall_s, timed_out = time.perf_counter() - begin, over.is_set()
        except BaseException:  # somebody ends this process: its children end with it
            stop_tree(child.pid)
            child.wait()
            raise
        finally:
            over.set()
            watcher.join()
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        complaints.seek(0)
        return Ended(
            child.returncode,
            out.read().decode(errors="replace"),
            complaints.read().decode(errors="replace"),
            wall_s,
            usage.ru_utime + usage.ru_stime,
            # On Linux the kernel's own figure holds the memory of the parent that gave birth, too.
            peak[0] or to_mb(usage.ru_maxrss),
            timed_out,
        )


def to_mb(largest: int) -> float:
    """Convert ``ru_maxrss``, in kB but on macOS."""
    return largest / 2**20 if sys.platform == "darwin" else largest / 2**10


def watch(pid: int, end: float, over: threading.Event, peak: list[float]) -> None:
    """Look at the tree's memory now and then; stop the tree at the limit."""
    while not over.wait(LOOK_EVERY_S):
        tree = list_tree(pid)
        peak[0] = max(peak[0], measure_memory(tree), measure_peak(pid))
        if time.perf_counter() > end:
            over.set()
            stop_tree(pid)


def stop_tree(pid: int) -> None:
    """End a process and everything it started that still runs."""
    for member in reversed(list_tree(pid)):
        stop(member)


def stop(pid: int) -> None:
    """End one process of the tree, if it is still there."""
    try:
        os.kill(pid, 9)
    except ProcessLookupError:
        return


def list_tree(pid: int) -> list[int]:
    """Give a process and everything it started that still runs."""
    tree, waiting = [], [pid]
    while waiting:
        member = waiting.pop()
        tree.append(member)
        for thread in list_threads(member):
            children = read(thread / "children")
            waiting += [int(child) for child in children.split()]
    return tree


def list_threads(pid: int) -> list[Path]:
    """List the threads of a process; one that has just ended has none."""
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []


def measure_memory(tree: list[int]) -> float:
    """Add up resident memory, what is shared once."""
    pages = [read(Path(f"/proc/{member}/statm")).split() for member in tree]
    counts = [(int(p[1]), int(p[2])) for p in pages if p]
    alone = sum(resident - shared for resident, shared in counts)
    return (alone + max((shared for _, shared in counts), default=0)) * PAGE_MB


def measure_peak(pid: int) -> float:
    """Give the most memory that one process had so far, MB; 0 where nobody says."""
    for line in read(Path(f"/proc/{pid}/status")).splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 2**10
    return 0.0


def measure_cpu() -> float:
    """Give the CPU seconds so far of this process, its ended children and its running ones."""
    mine = os.times()
    total = time.process_time() + mine.children_user + mine.children_system
    for member in list_tree(os.getpid())[1:]:
        fields = read(Path(f"/proc/{member}/stat")).rpartition(")")[2].split()
        total += sum(int(ticks) for ticks in fields[11:15]) / TICKS
    return total


def read(path: Path) -> str:
    """Read a file of ``/proc``; a process that has just ended has none."""
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
