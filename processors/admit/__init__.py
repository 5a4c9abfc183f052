"""Admission: small pure checks, each of which refuses with code, field or rule, source and remedy."""

from __future__ import annotations

from processors.admit.case import Admitted, Case, month_of, totals_seen, variables_of, view_of
from processors.admit.content import (
    CHECKS,
    EFFECT_CHECKS,
    extends_to_a_day_that_can_be_counted_from,
    names_a_known_item,
)
from processors.admit.standing import permit
from processors.reference import try_reference
from schemas.errors import Code, Refused

__all__ = ["Admitted", "Case", "admit", "month_of", "totals_seen", "variables_of", "view_of"]


def admit(case: Case, known: frozenset[bytes]) -> Admitted:
    """Pass a fact through every check and find what it moves; raises Refused.

    `known` are the hashes of other contents already recorded under its id.
    """
    for check in EFFECT_CHECKS if case.effect else CHECKS:
        check(case)
    if known:
        raise Refused(
            Code.CONTENT_DIFFERS,
            "/meta/event_id",
            detail_zh="此事件编号已用于其他内容。",
            detail_en="This event id was used for other content.",
        )
    admitted = permit(case)
    names_a_known_item(case)
    extends_to_a_day_that_can_be_counted_from(case)
    try_reference(case)
    return admitted
