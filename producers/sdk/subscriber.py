"""Hear what became of one's own facts, from where one stopped listening."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Self

from producers.sdk.receipt import Receipt
from producers.sdk.wire import Options, Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

    import httpx


class Subscriber:
    """The receipts of one's own agency, whoever of it stated the facts; those of a matter in their order.

        async with Subscriber(url, token, after=kept) as receipts:
            async for receipt in receipts:
                ...
                kept = receipts.cursor

    Keep ``cursor`` when a receipt is dealt with: it leads on behind the page of that receipt, so that after a
    crash some may be heard twice and none is missed. A fact that waited is heard again when it is decided.
    """

    def __init__(
        self,
        url: str,
        token: str,
        after: str = "",
        options: Options | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.cursor = after
        self._options = options or Options()
        self._wire = Wire(url, token, self._options, transport)
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._open.enter_async_context(self._wire)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def page(self) -> list[Receipt]:
        """What came since the cursor, after waiting for it if there is nothing; then moves the cursor on.

        Raises TryLater, GiveUp, and Refused for a cursor that no door gave.
        """
        params = {"after": self.cursor, "wait": f"{self._options.wait:.1f}"}
        told = await self._wire.ask("GET", "/v1/receipts", params=params)
        self.cursor = told["cursor"]
        return [Receipt.of(each) for each in told["receipts"]]

    async def __aiter__(self) -> AsyncIterator[Receipt]:
        """Every receipt from the cursor on, for ever; the cursor moves when a page has been dealt with."""
        while True:
            before = self.cursor
            page = await self.page()
            behind, self.cursor = self.cursor, before
            for receipt in page[:-1]:
                yield receipt
            self.cursor = behind
            if page:
                yield page[-1]
