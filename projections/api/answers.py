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
    part: str = Field(
        description="HANDLE 承办、SUPPLEMENT 待补正、NOTICE 通报、RESULT 结果反馈、"
        "SENT 已送出、COPY 抄送、PARTY 曾承办"
    )
    part_zh: str
    open: bool = Field(description="是否待办。")
    procedure: Named
    state: Named
    from_: Named = Field(alias="from", description="来件机关。")
    holder: Named | None = Field(description="承办机关；没有承办机关的（如预警）为空。")
    about: str | None = Field(description="一行说明。")
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
    open: bool = Field(description="是否仍须办理；超期后未办结的也是。")
    reason: str | None
    extensions: list[dict[str, Any]] = Field(description="历次延长。")
    met_at: Instant | None
    breached_at: Instant | None
    cancelled_at: Instant | None
    escalated: int = Field(description="已升级提醒的最高层级。")
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
    """时间线上的一条事实。One fact of a timeline, without its personal fields."""

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


class PersonalItem(BaseModel):
    """一处个人信息，按询问机关可见的程度显示。One personal field as the asking agency may see it."""

    seq: int = Field(description="所在事实的序号。")
    path: str = Field(description="字段路径（JSON 指针）。", examples=["/suspected_party/name"])
    text: str = Field(examples=["张**"])
    mark: str = Field(description="personal 明文、masked 脱敏、erased 已删除、broken 无法读取")


class PersonalPage(Page):
    """事项中的个人信息，按事实的序号。Personal fields of a matter, by the number of their fact."""

    matter: str
    circle: str = Field(
        description="与该事项的关系：HANDLER 承办、DISTRICT 同区、CITY 同市、DELTA 长三角、PUBLIC 其他"
    )
    items: list[PersonalItem]
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
    done: bool = Field(description="程序上承办机关已无待办。")
    about: str | None
    domain: Named | None
    place: str | None
    urgency: str | None
    missing: list[dict[str, str]]
    supplement_due: str | None
    held: bool
    receivers: list[Named] = Field(description="无承办机关的事项的各主送机关。")
    acknowledged: list[Named] = Field(description="其中已签收的机关。")
    clocks: list[ClockItem]


class Subtotal(BaseModel):
    """一项小计。One subtotal."""

    key: str = Field(description="all、案由代码或街镇代码。", examples=["all"])
    count: int = Field(description="件数。")
    amount: int = Field(description="罚没金额（分）。In fen.")


class DigestCase(BaseModel):
    """月报中的一件处罚，不含个人信息。One penalty of a digest; never personal data."""

    case_no: str
    decision_no: str
    party_token: str
    uscc: str | None = Field(description="统一社会信用代码；自然人、个体工商户为空。")
    cause_code: str
    penalty_kinds: list[str]
    amount: int
    decided_at: Instant


class DigestItem(BaseModel):
    """一个部门一个月的处罚汇总，字段同 PenaltyDigestSent。A department's month, as it is to be stated."""

    matter: str
    month: str = Field(examples=["2026-10"])
    department: Named
    totals: Subtotal
    by_cause: list[Subtotal]
    by_township: list[Subtotal]
    event_count: int = Field(description="计入的处罚事实数。")
    cases: list[DigestCase] = Field(description="逐件，最多 2000 件。")
    omitted: int = Field(description="未列出的件数。")
    digest_no: str | None = Field(description="月报编号；未发送为空。")
    sent_by: Named | None
    sent_at: Instant | None


class DigestPage(Page):
    """本机关可见的处罚月报。The digests that the asking agency may see."""

    items: list[DigestItem]
