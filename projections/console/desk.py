"""What every page needs at hand: the views, the keys, the cookies, the templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import Request  # noqa: TC002 - FastAPI reads the annotations
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from projections.procedures import procedure_zh, state_zh
from projections.times import minute_zh
from projections.vocabulary import URGENCIES, agency_zh, domain_zh

if TYPE_CHECKING:
    from projections.api.cursor import Cursors
    from projections.api.views import Views
    from projections.console.assets import Assets
    from projections.console.session import Signer
    from projections.reveal import Opener


def templates() -> Environment:
    """The templates: everything is escaped, a name that is missing is an error and never an empty place."""
    environment = Environment(
        loader=PackageLoader("projections.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        agency_zh=agency_zh,
        domain_zh=domain_zh,
        procedure_zh=procedure_zh,
        state_zh=state_zh,
        minute_zh=minute_zh,
        urgencies=URGENCIES,
        # What a page without a reader leaves out.
        here="",
        moment=None,
        todo=0,
        refresh=False,
    )
    return environment


@dataclass(frozen=True, slots=True)
class Desk:
    """The console's surroundings."""

    views: Views
    cursors: Cursors
    signer: Signer
    opener: Opener
    assets: Assets
    templates: Environment

    def render(self, request: Request, template: str, context: dict[str, Any]) -> str:
        """A template as text."""
        return self.templates.get_template(template).render(assets=self.assets, request=request, **context)

    def page(
        self, request: Request, template: str, context: dict[str, Any], status: int = 200
    ) -> HTMLResponse:
        """A template as an answer."""
        return HTMLResponse(self.render(request, template, context), status)


def desk(request: Request) -> Desk:
    """The desk of this process."""
    found: Desk = request.app.state.desk
    return found
