"""What the query API answers, as documented shapes. All instants are ISO 8601 in Beijing time."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

Instant = Annotated[str, Field(examples=["2026-09-08T10:00:00.000+08:00"])]


class Named(BaseModel):
    """一个代码及其中文名称。A code with its Chinese name."""

    code: str
    name: str


class Page(BaseModel):
    """每个答复都写明数据截至何时。Every answer says how far its data reaches."""

    as_of: Instant | None = Field(description="数据截至（北京时间）。Data as of.")


class DueClock(BaseModel):
    """最近到期的时限。The clock that is due first."""

    clock: str
    rule: str | None
    name: str | None
    state: str | None
    limit: str = Field(description="期限及日的种类。", examples=["15 个工作日"])
    due: Instant = Field(description="最早的超期时刻。The first instant too late.")
    due_date: str | None = Field(description="期限末日，当日 24:00 止。", examples=["2026-09-29"])


class InboxItem(BaseModel):
    """收件箱中的一个事项。One matter in the inbox."""

    matter: str
    part: str = Field(description="HANDLE 承办、SUPPLEMENT 待补正、RESULT 结果反馈、SENT 已移送、COPY 抄送")
    part_zh: str
    open: bool = Field(description="是否待办。")
    procedure: Named
    state: Named
    from_: Named = Field(alias="from", description="来件机关。")
    holder: Named = Field(description="承办机关。")
    domain: Named | None
    place: str | None
    urgency: str | None
    received_at: Instant
    changed_at: Instant
    due: DueClock | None
    breached: int = Field(description="已超期的时限数。")
    missing: list[dict[str, str]]
    supplement_due: str | None
    held: bool


class InboxPage(Page):
    """收件箱的一页，最近到期的在前。A page of the inbox, the nearest due date first."""

    agency: Named
    items: list[InboxItem]
    next: str | None = Field(description="下一页的翻页标记；末页为空。Cursor of the next page.")


class ClockItem(BaseModel):
    """一个时限。One clock."""

    clock: str
    matter: str
    rule: str
    name: str
    responsible: Named
    state: Named
    limit: str
    day_kind: str
    n: int
    unit: str
    start_at: Instant
    due: Instant
    due_date: str
    paused_at: Instant | None
    reason: str | None
    met_at: Instant | None
    breached_at: Instant | None
    warned: list[str]
    calendar_version: int
    provisional: bool
    verified: bool
    citation: dict[str, Any] | None
    day_kind_basis: str


class ClockPage(Page):
    """时限的一页，最近到期的在前。A page of clocks, the nearest due date first."""

    items: list[ClockItem]
    next: str | None


class FactItem(BaseModel):
    """时间线上的一条事实。One fact of a timeline; personal fields are never in it."""

    seq: int
    fact: Named
    event_id: str
    cause: str
    agency: Named
    addressed_to: list[Named]
    copied_to: list[Named]
    received_at: Instant
    occurred_at: Instant | None
    state: Named
    rule: str
    citation: dict[str, Any] | None
    verified: bool | None
    hash: str = Field(description="链上哈希（SM3，十六进制）。")
    content: dict[str, Any]


class TimelinePage(Page):
    """时间线的一页，按序号。A page of the timeline, by number."""

    matter: str
    items: list[FactItem]
    next: str | None


class MatterAnswer(Page):
    """一个事项及其时限。A matter with its clocks."""

    matter: str
    procedure: Named
    state: Named
    originator: Named
    holder: Named | None
    part: str = Field(description="本机关与该事项的关系。", examples=["HANDLER"])
    seq: int
    opened_at: Instant
    changed_at: Instant
    domain: Named | None
    place: str | None
    urgency: str | None
    missing: list[dict[str, str]]
    supplement_due: str | None
    held: bool
    clocks: list[ClockItem]
