"""Both pages in a browser, on a whole stack: what arrives appears by itself, names stay where they belong."""

from __future__ import annotations

import json
import os
import shutil
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.async_api import async_playwright, expect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

    from deploy.embedded.testing import StackHandle

WATER, TOWN = "310120-ZG04", "310120-JD11"
PATIENCE_MS = 30_000
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        told = "Chromium is missing: apt-get install chromium fonts-noto-cjk"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        await browser.close()


class Desk:
    """An agency's browser at the console; `trouble` is what a page complained of or asked for elsewhere."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.origin = origin
        self.trouble: list[str] = []
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda line: self.trouble.append(line.text) if line.type == "error" else None)
        page.on("request", lambda request: self._asked(request.url))

    def _asked(self, url: str) -> None:
        if not url.startswith((self.origin, "data:")):
            self.trouble.append(f"asked for {url}")


async def seat(chromium: Browser, stack: StackHandle, agency: str) -> Desk:
    desk = Desk(await chromium.new_page(locale="zh-CN"), stack.console_url)
    await desk.page.goto(stack.console_url)
    await desk.page.get_by_label("机关访问令牌").fill(stack.tokens[agency])
    await desk.page.get_by_role("button", name="进入").click()
    await expect(desk.page.get_by_role("heading", name="收件箱")).to_be_visible()
    return desk


async def publish(stack: StackHandle, agency: str, fact: str, *, matter: str = "", **data: Any) -> str:
    """State an example fact as an agency, wait for its receipt, and give the matter that it is about."""
    body = json.loads((files("producers.gateway") / "examples" / f"{fact}.json").read_text(encoding="utf-8"))
    body.pop("matter", None)
    body |= {"matter": matter} if matter else {}
    # The stack's own time stands at the morning of the story's first day.
    body["occurred_at"] = "2026-09-08T07:30:00+08:00"
    body["data"] = {key: value for key, value in (body["data"] | data).items() if value is not None}
    headers = {"Authorization": f"Bearer {stack.tokens[agency]}"}
    async with httpx.AsyncClient(base_url=stack.gateway_url, headers=headers, timeout=60) as door:
        answer = await door.post("/v1/facts", params={"wait": 30}, json=body)
    assert answer.status_code == 200, answer.text
    receipt = answer.json()
    assert receipt["status"] == "admitted", receipt
    return str(receipt["matter"])


EARLIER: dict[str, Any] = {
    "transfer_doc": {
        "doc_no": "沪奉水务移〔2026〕第12号",
        "doc_type": "TRANSFER_LETTER",
        "issued_at": "2026-09-08T07:00:00+08:00",
        "issuer": "区水务局",
        "signed": True,
    },
    "management_notice_records": None,
}


async def test_a_clue_appears_in_the_towns_open_inbox_and_its_timeline_grows_without_a_reload(
    chromium: Browser, stack: StackHandle
) -> None:
    town = await seat(chromium, stack, TOWN)
    matter = await publish(stack, WATER, "ClueTransferred", **EARLIER)
    row = town.page.locator(f"[id='m-{matter}']")
    await expect(row).to_be_visible(timeout=PATIENCE_MS)
    await expect(row).to_contain_text("南桥镇环城东路桥下河道北岸")
    await expect(row).to_contain_text("退回补正")
    await expect(row).to_contain_text("管理告知记录")
    await row.click()
    timeline = town.page.get_by_role("region", name="事项时间线")
    await expect(timeline).to_contain_text("线索已移送")
    await expect(timeline).to_contain_text("区水务局")
    await expect(timeline).to_contain_text("R-10@1")
    await expect(timeline).to_contain_text("张三")
    clocks = town.page.get_by_role("complementary", name="时限")
    await expect(clocks).to_contain_text("已中止，剩余 15 个工作日")
    await expect(clocks).to_contain_text("住房和城乡建设行政处罚程序规定")
    await expect(timeline).not_to_contain_text("镇调度台")
    await publish(stack, TOWN, "ClueReceived", matter=matter)
    await expect(timeline).to_contain_text("镇调度台", timeout=PATIENCE_MS)
    await expect(clocks).to_contain_text("已按期办结")
    assert town.trouble == []
    await town.page.close()


async def test_the_sender_sees_what_is_missing_and_no_name(chromium: Browser, stack: StackHandle) -> None:
    water = await seat(chromium, stack, WATER)
    matter = await publish(stack, WATER, "ClueTransferred", **EARLIER)
    row = water.page.locator(f"[id='m-{matter}']")
    await expect(row).to_contain_text("待补正", timeout=PATIENCE_MS)
    await row.click()
    await expect(water.page.get_by_label("所缺要素")).to_contain_text("管理告知记录")
    timeline = water.page.get_by_role("region", name="事项时间线")
    await expect(timeline).to_contain_text("张**")
    await expect(timeline).not_to_contain_text("张三")
    assert water.trouble == []
    await water.page.close()


async def test_an_agency_without_matters_is_told_so_and_anothers_matter_is_not_found(
    chromium: Browser, stack: StackHandle
) -> None:
    matter = await publish(stack, WATER, "ClueTransferred", **EARLIER)
    desk = await seat(chromium, stack, "310120-JD18")
    await expect(desk.page.get_by_text("没有待办事项")).to_be_visible()
    answer = await desk.page.goto(f"{stack.console_url}/matters/{matter}")
    assert answer is not None
    assert answer.status == 404
    await expect(desk.page.get_by_role("link", name="回到收件箱")).to_be_visible()
    await desk.page.close()


async def test_the_keyboard_alone_leads_from_the_inbox_to_a_matter_and_out(
    chromium: Browser, stack: StackHandle
) -> None:
    matter = await publish(stack, WATER, "ClueTransferred", **EARLIER)
    desk = await seat(chromium, stack, TOWN)
    await desk.page.keyboard.press("Tab")
    await expect(desk.page.get_by_role("link", name="跳到正文")).to_be_focused()
    await desk.page.locator(f"[id='m-{matter}']").focus()
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_text(matter, exact=True)).to_be_visible()
    await desk.page.get_by_role("button", name="退出").press("Enter")
    await expect(desk.page.get_by_label("机关访问令牌")).to_be_focused()
    await desk.page.goto(f"{stack.console_url}/matters/{matter}")
    await expect(desk.page.get_by_label("机关访问令牌")).to_be_visible()
    await desk.page.close()
