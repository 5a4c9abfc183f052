"""What became of each fact that was published, for people and for programs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHOWN = 200


class Status(StrEnum):
    """What became of one fact."""

    ADMITTED = "admitted"
    REFUSED = "refused"
    WAITING = "waiting"
    """The matter is held: our failure, an operator mends it."""
    ACCEPTED = "accepted"
    """Taken and not decided yet: ask for its receipt later."""
    SKIPPED = "skipped"
    UNSENT = "unsent"
    """The door could not be reached in time: publish it again, under the same event id."""


_ZH = {
    Status.ADMITTED: "已登记",
    Status.REFUSED: "被拒",
    Status.WAITING: "待处理",
    Status.ACCEPTED: "已收下",
    Status.SKIPPED: "已略过",
    Status.UNSENT: "未送达",
}
_STYLES = {Status.ADMITTED: "green", Status.REFUSED: "red", Status.UNSENT: "red", Status.SKIPPED: "red"}


@dataclass(slots=True)
class Result:
    """What became of one fact; ``line`` is its line, or its place in an array."""

    source: str
    line: int
    event_id: str = ""
    matter: str = ""
    status: Status = Status.UNSENT
    receipt: Mapping[str, Any] | None = None
    problem: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """The result as JSON, without what is empty."""
        named = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in named.items() if value not in (None, "")}


@dataclass(slots=True)
class Report:
    """All results, in the order of the sources."""

    results: list[Result] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many facts fared how; every status is there."""
        found = Counter(result.status for result in self.results)
        return {status.value: found[status] for status in Status}

    @property
    def exit_code(self) -> int:
        """1 if any fact was refused, skipped or not sent, else 0."""
        bad = {Status.REFUSED, Status.SKIPPED, Status.UNSENT}
        return int(any(result.status in bad for result in self.results))

    def as_json(self) -> dict[str, Any]:
        """The report as JSON."""
        return {"counts": self.counts, "results": [result.as_json() for result in self.results]}

    def table(self) -> Table:
        """A table of every refusal with its line, code, field and remedy; of few facts, all."""
        everything = len(self.results) <= _SHOWN
        table = Table(box=None, pad_edge=False)
        table.add_column("行", no_wrap=True)
        table.add_column("结果", no_wrap=True)
        # One wide column for number, code and remedy: it must be legible on a terminal of 80 columns.
        table.add_column("事项；代码、字段、说明与补救", overflow="fold")
        for result in self.results:
            if everything or result.problem is not None:
                self._add(table, result)
        return table

    def summary(self) -> str:
        """One line: how many facts fared how."""
        told = (f"{_ZH[Status(name)]} {name} {count}" for name, count in self.counts.items() if count)
        return f"共 {len(self.results)} 条：" + "，".join(told)

    @staticmethod
    def _add(table: Table, result: Result) -> None:
        style = _STYLES.get(result.status, "yellow")
        status = f"[{style}]{_ZH[result.status]}[/]"
        place = escape(f"{result.source}:{result.line}")
        lines = [result.matter] if result.matter else []
        problem = result.problem or {}
        for each in problem.get("errors") or ([problem] if problem else []):
            lines.append(" ".join(filter(None, (each.get("code"), each.get("field")))))
            lines.append(" ".join(filter(None, (each.get("detail"), each.get("remedy")))))
        table.add_row(place, status, escape("\n".join(lines)))
