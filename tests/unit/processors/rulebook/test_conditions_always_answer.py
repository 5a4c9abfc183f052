"""No expression of the packs fails, whatever a fact says that fits its contract: it would hold a matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.rulebook import Rulebook
from processors.rulebook.conditions import ConditionFailed, View, compile_expression
from processors.rulebook.expressions.check import kept_values
from processors.rulebook.expressions.values import Value, record_of
from processors.rulebook.proof.texts import Written, written
from schemas.contracts import contracts

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

PACKS = Rulebook.load(("national", "delta", "fengxian")).packs
TEXTS = [(each, fact) for each in written(PACKS) for fact in each.facts]
FACTS = sorted({fact for _, fact in TEXTS})
COMPILED = {each.text: compile_expression(each.source, each.path, each.text) for each, _ in TEXTS}
RULES = sorted({base for each, _ in TEXTS for base in each.around.rules})
STATES = sorted({state for each, _ in TEXTS for state in each.around.states})
CLOCK = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["RUNNING", "PAUSED", "MET", "BREACHED", "CANCELLED"]),
        "due_date": st.just("2026-10-08"),
        "extended": st.integers(0, 2),
    }
)
SUBTOTAL = st.fixed_dictionaries(
    {"key": st.just("all"), "count": st.integers(0, 3), "amount": st.integers(0, 9)}
)


def values(value: Value) -> SearchStrategy[Any]:
    """What a field of this type can hold."""
    found = _solid(value)
    return st.none() | found if value.nullable else found


def _solid(value: Value) -> SearchStrategy[Any]:
    if value.kind == "record":
        return st.fixed_dictionaries({name: values(each) for name, each in (value.fields or {}).items()})
    if value.kind == "list" and value.inner is not None:
        return st.lists(values(value.inner), min_size=value.least, max_size=value.least + 2)
    if value.symbols:
        return st.sampled_from(value.symbols)
    if value.pattern:
        return st.from_regex(value.pattern.replace("$", r"\Z"), fullmatch=True)
    plain: dict[str, SearchStrategy[Any]] = {
        "string": st.sampled_from(["", "310120", "街道", "2026-10-08"]),
        "int": st.integers(0, 2**40),
        "double": st.floats(0, 1e6),
        "bool": st.booleans(),
        "bytes": st.just(b"\x00"),
    }
    return plain[value.kind]


def matters() -> SearchStrategy[dict[str, Any]]:
    kept = {name: values(value) for name, value in kept_values().items()}
    totals = {"all": SUBTOTAL, "by_cause": st.lists(SUBTOTAL, max_size=2), "event_count": st.integers(0, 3)}
    return st.fixed_dictionaries(
        {
            **{name: st.sampled_from(["310120-ZG03", ""]) for name in ("id", "holder", "originator")},
            "state": st.sampled_from(STATES),
            "resume": st.sampled_from(["", *STATES]),
            "handlers": st.lists(st.just("310120-JD11"), max_size=1),
            "lacking": st.lists(st.just("evidence"), max_size=1),
            "seq": st.integers(0, 9),
            "hand_overs": st.integers(0, 2),
            "tally": st.dictionaries(st.sampled_from(FACTS), st.integers(1, 2), max_size=3),
            "kept": st.fixed_dictionaries({}, optional=kept),
            "clocks": st.dictionaries(st.sampled_from(RULES), CLOCK, max_size=3),
            "totals": st.fixed_dictionaries({**totals, "by_township": st.lists(SUBTOTAL, max_size=2)}),
        }
    )


def stands(key: str, seen: dict[str, Any]) -> bool:
    """Whether what is known around an expression is so here: `matter.kept.month`, `fact.permit`."""
    if key.endswith("[item]"):
        return seen["item"] in seen[key.removesuffix("[item]")]
    at: Any = seen
    for name in key.split("."):
        if not isinstance(at, dict) or at.get(name) is None:
            return False
        at = at[name]
    return True


def _sees(each: Written, seen: dict[str, Any], *, bare: bool) -> dict[str, Any]:
    fact = dict(seen["fact"])
    if bare and each.around.derived and contracts()[each.facts[0]].stated == "BOTH":
        del fact["meta"]
    own = {name: value for name, value in seen.items() if each.around.effect or name not in EFFECTS_SEE}
    return {**own, "fact": fact}


EFFECTS_SEE = ("item", "departments", "provinces", "desks")


@pytest.mark.parametrize("fact", FACTS)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_expression_of_the_packs_can_fail(fact: str, data: st.DataObject) -> None:
    seen = {
        "fact": data.draw(values(record_of(fact))),
        "matter": data.draw(matters()),
        "now": 1_790_000_000_000_000,
        "month": "2026-10",
        "item": data.draw(st.sampled_from(["33", "34", "ZG"])),
        "departments": ["310120-ZG04"],
        "provinces": {"33": "330000-ZJ01", "34": "340000-ZJ01"},
        "desks": dict.fromkeys((name for pack in PACKS for name in pack.desks), "310120-CG01"),
    }
    bare = data.draw(st.booleans())
    for each, about in TEXTS:
        if about == fact and all(stands(key, seen) for key in each.around.known):
            COMPILED[each.text].gives(View(_sees(each, seen, bare=bare)))


def test_an_expression_that_the_check_refuses_does_fail() -> None:
    asked = compile_expression(TEXTS[0][0].source, (), "fact.suspected_party.note != null")
    with pytest.raises(ConditionFailed):
        asked.gives(View({"fact": {"suspected_party": None}}))
