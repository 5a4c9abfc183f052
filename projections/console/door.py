"""Signing in and out: by an agency's token, or once by a link that somebody with the key ring made."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from projections.console.desk import Desk, desk
from projections.console.session import COOKIE, SESSION_SECONDS
from projections.vocabulary import agency_zh
from schemas.errors import Code, Refused
from schemas.seal import sm3

router = APIRouter(include_in_schema=False)
TheDesk = Annotated[Desk, Depends(desk)]
_SEE_OTHER = 303
_WRONG = "令牌不正确、已过期或已停用。请核对后重试；仍不行请联系平台管理员。"


async def signed_in(request: Request, at: TheDesk) -> str:
    """The agency that is signed in; raises Refused(NOT_AUTHENTICATED) where none is, or no more."""
    session = at.signer.session(request.cookies.get(COOKIE))
    if session is None:
        raise Refused(Code.NOT_AUTHENTICATED)
    if session.token and await at.views.agency_of_hash(session.token) != session.agency:
        raise Refused(Code.NOT_AUTHENTICATED)
    return session.agency


def from_our_page(request: Request) -> None:
    """Refuse a form that another site's page sent; browsers say where a form comes from."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    ours = f"{request.url.scheme}://{request.headers.get('host', '')}"
    if (site is not None and site not in {"same-origin", "none"}) or (origin not in {None, "null", ours}):
        raise Refused(
            Code.NOT_PERMITTED,
            detail_zh="此请求来自其他网站的页面。",
            detail_en="Sent by another site's page.",
        )


FromOurPage = Depends(from_our_page)


@router.get("/")
async def root() -> RedirectResponse:
    """The console begins with the inbox."""
    return RedirectResponse("/inbox", _SEE_OTHER)


@router.get("/sign-in")
async def sign_in_page(request: Request, at: TheDesk) -> Response:
    """The page that asks for the agency's token."""
    return at.page(request, "sign_in.html", {"wrong": ""})


@router.post("/sign-in", dependencies=[FromOurPage])
async def sign_in(
    request: Request, at: TheDesk, token: Annotated[str, Form(max_length=400)] = ""
) -> Response:
    """Begin a session with a token."""
    agency = await at.views.agency_of(token.strip()) if token.strip() else None
    if agency is None:
        return at.page(request, "sign_in.html", {"wrong": _WRONG}, 401)
    answer = RedirectResponse("/inbox", _SEE_OTHER)
    _set_cookie(answer, request, at.signer.cookie(agency, sm3(token.strip().encode())))
    return answer


@router.get("/enter")
async def enter(request: Request, at: TheDesk, code: str = "") -> Response:
    """Begin a session with a one-time link.

    The answer is a page, no redirect: a strict cookie does not travel along one that began elsewhere.
    """
    agency = at.signer.redeem(code)
    if agency is None:
        wrong = "进入链接已使用、已过期或不完整。请重新获取链接，或用机关令牌登录。"
        return at.page(request, "sign_in.html", {"wrong": wrong}, 401)
    answer = at.page(request, "entering.html", {"agency_name": agency_zh(agency)})
    answer.headers["Refresh"] = "0; url=/inbox"
    _set_cookie(answer, request, at.signer.cookie(agency))
    return answer


@router.post("/sign-out", dependencies=[FromOurPage])
async def sign_out() -> Response:
    """End the session."""
    answer = RedirectResponse("/sign-in", _SEE_OTHER)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


def _set_cookie(answer: Response, request: Request, value: str) -> None:
    answer.set_cookie(
        COOKIE,
        value,
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
