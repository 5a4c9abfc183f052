"""An explanation for people: in sentences, the law first where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["lines"]


def lines(told: Mapping[str, Any]) -> Iterator[str]:
    """Tell an explanation line by line; what belongs under a line is indented."""
    yield from _head(told)
    yield from _law(told)
    if "refusal" in told:
        yield from _refusal(told["refusal"])
    if "admission" in told:
        yield from _admission(told["admission"])
    if told.get("routing"):
        yield from _routing(told["routing"])
    yield from _elements(told.get("elements", ()))
    yield from _clocks(told.get("clocks", ()))
    yield from _skipped(told.get("days", ()))
    yield from _effects(told.get("effects", ()))
    yield from _links(told)


def _head(told: Mapping[str, Any]) -> Iterator[str]:
    event, force = told["event"], told["in_force"]
    to = "、".join(event["addressed_to_zh"])
    yield f"{event['fact']} {event['fact_zh']}  {event['kind_zh']}  #{event['seq']}"
    yield f"  事项 matter    {event['matter']}"
    yield f"  作出 stated    {event['agency_zh']}" + (f" ▸ {to}" if to else "") + f"  {event['received_at']}"
    yield f"  封签 seal      {event['hash'][:20]}…  partition {event['partition']} number {event['number']}"
    packs = f" ({', '.join(force['packs'])})" if force["packs"] else ""
    yield f"  规则库 rulebook {force['rulebook'][:12]}{packs}  日历 calendar {force['calendar']}"
    yield f"  名册 agencies  {force['agencies']}  清单 catalogue {force['catalogue']}"
    if force["missing"]:
        yield f"  ! {force['missing']}"
    rule = told["rule"]
    if rule:
        extra = f"  {rule['limit_zh']}：{rule['basis']}" if rule["kind"] == "deadline" else ""
        yield f"  规则 rule      {rule['id']} {rule['name_zh']}{extra}"


def _law(told: Mapping[str, Any]) -> Iterator[str]:
    for law in told["law"]:
        quote = f"：“{law['quote']}”" if law["quote"] else ""
        sure = "" if law["verified"] else "（未核实 not verified）"
        yield f"  依据 law       {law['law']} {law['article']}{quote}{sure}"


def _refusal(refused: Mapping[str, Any]) -> Iterator[str]:
    yield f"被拒 refused  {refused['refused_type']} {refused['code']} {refused['title_zh']}"
    yield f"  {refused['agency_zh']}：{refused['detail_zh']}"
    yield f"  {refused['detail_en']}"
    yield f"  补救 remedy    {refused['remedy_zh']} {refused['remedy_en']}"
    if refused["source"]:
        yield f"  依据 law       {refused['source']}"
    holder = f"，承办 {refused['holder_zh']}" if refused["holder_zh"] else ""
    yield f"  当时 then      {refused['state_zh']} {refused['state']}{holder}"
    if refused["allowed"]:
        yield f"  可以 allowed   {'、'.join(refused['allowed'])}"
    if refused["condition"]:
        yield f"  条件 condition {refused['condition']['when']}"


def _admission(moved: Mapping[str, Any]) -> Iterator[str]:
    start, end = moved["from_zh"] or moved["from"], moved["to_zh"] or moved["to"]
    yield f"登记 admitted  {moved['procedure_zh']} {moved['procedure']}：{start} ▸ {end}"
    if moved["holder_zh"]:
        yield f"  承办 holder    {moved['holder_zh']}"
    by = moved["by"]
    if by:
        who = "、".join(filter(None, (by["party"], *by["standing"])))
        yield f"  可由 by        {who}"
    for guard in moved["guards"]:
        yield f"  {'✔' if guard['held'] else '✘'} {guard['when']}  （否则 {guard['otherwise']['code']}）"
    yield from _elements(moved["elements"])


def _elements(elements: Any) -> Iterator[str]:
    for element in elements:
        yield f"  {'✔' if element['there'] else '✘ 缺 missing'} {element['zh']}"


def _routing(routed: Mapping[str, Any]) -> Iterator[str]:
    yield f"路由 routed  {routed['rule']} {routed['why_zh']} ▸ {'、'.join(routed['to_zh'])}" + (
        "（与发送方所写不同 not whom the sender meant）" if routed["differs"] else ""
    )
    if routed["law"]["law"]:
        quote = f"：“{routed['law']['quote']}”" if routed["law"]["quote"] else ""
        yield f"  依据 law       {routed['law']['law']} {routed['law']['article']}{quote}"
    for each in routed["considered"]:
        if each["rule"] != routed["rule"]:
            to = f" ▸ {'、'.join(each['would_send_to_zh'])}" if each["would_send_to_zh"] else ""
            yield f"  {each['rule']} {each['name_zh']}{to}：{each['why']}"


def _clocks(clocks: Any) -> Iterator[str]:
    if clocks:
        yield "时限 clocks"
    for each in clocks:
        did = f"{each['did']} {each['due_date']}".strip() if each["did"] else "—"
        yield f"  {each['rule']} {each['name_zh']}  {each['action']}: {did}  {each['why']}"
        if each["did"]:
            yield f"    依据 law {each['law']}{'' if each['verified'] else '（未核实 not verified）'}"


def _skipped(days: Any) -> Iterator[str]:
    """Name the days that did not count; every day stands in the JSON."""
    skipped = [f"{each['date'][5:]} {each['why']}" for each in days[1:] if not each["counted"]]
    if days:
        counted = sum(1 for each in days if each["counted"])
        yield f"  数日 days      计 {counted} 日 counted"
    if skipped:
        yield f"  跳过 skipped   {'；'.join(skipped)}"


def _effects(effects: Any) -> Iterator[str]:
    if effects:
        yield "效果 effects"
    for each in effects:
        arrived = each["arrived"]
        if each["kind"] == "MARKER":
            yield f"  {each['fact']} ▸ 每个分区 every partition"
            continue
        where = f"已到 arrived #{arrived['seq']} {arrived['kind']}" if arrived else "未到 not there yet"
        yield f"  {each['rule']} {each['fact']} ▸ {each['target']}  {where}"


def _links(told: Mapping[str, Any]) -> Iterator[str]:
    cause = told["caused_by"]
    if cause is not None:
        known = (cause.get("fact") or cause.get("rule"), cause.get("event_id") or cause.get("clock"))
        yield f"起因 caused by  {' '.join(filter(None, (*known, cause.get('matter'))))}"
    if told["caused"]:
        yield "引起 caused"
    for each in told["caused"]:
        due = f"  {each['due_date']}" if each["due_date"] else ""
        yield f"  #{each['seq']} {each['fact']} {each['rule']}{due}  {each['event_id']}"
    for each in told["also_under_this_id"]:
        yield f"同一编号 same id  {each['kind']} {each['fact']} {each['matter']} {each['received_at']}"
