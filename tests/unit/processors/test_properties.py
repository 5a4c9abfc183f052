"""What holds whatever arrives: the chain, the fold, the replay, the state graph, the order of alarms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.model import dump, load, new_matter
from schemas.envelope import Kind
from schemas.identifiers import make_matter_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.model import Entry, Incoming
    from tests.unit.processors.conftest import Kit, World

HOUR = 3_600_000_000
AGENCIES = ("310120-ZG04", "310120-JD11", "310120-JD12", "310120-CG01", "310120-GA01", "000000-PT01", "x")
FACTS = (
    "ClueTransferred",
    "ClueReceived",
    "ClueReturnedForSupplement",
    "ClueSupplemented",
    "ClueVerified",
    "ClueDispositionFedBack",
)
ELEMENTS = ("violation_time", "suspected_party", "fact", "management_notice_records", "evidence")
TOWNSHIPS = ("310120101", "310120102", "310120503", "310120999", "310115001")
RINGING = {"DeadlineWarned", "DeadlineBreached", "EscalationRaised"}
HOSTILE = ("", "\u0000", "..", "<script>", "\u202e", "𝄞" * 40, "'; drop table", "\r\n")


@dataclass(frozen=True)
class Act:
    """What happens next: a fact, the same fact again, raw bytes, or time that passes; `after` in micros."""

    after: int
    what: str
    fact: str = "ClueTransferred"
    agency: str = "310120-ZG04"
    present: frozenset[str] = frozenset()
    township: str = "310120101"
    claim: str = "CLEAR"
    meta: tuple[tuple[str, Any], ...] = ()
    raw: bytes = b""


after = st.one_of(st.just(0), st.integers(0, 3 * HOUR), st.integers(0, 24 * 40 * HOUR))
meta = st.one_of(
    st.just(()),
    st.sampled_from(["agency", "matter", "region", "correlation_id", "purpose"]).flatmap(
        lambda name: st.sampled_from(HOSTILE).map(lambda text: ((name, text),))
    ),
    st.just((("addressed_to", ["310120-JD12", "x"]),)),
)
likely = st.builds(
    Act,
    after=after,
    what=st.just("fact"),
    fact=st.sampled_from(FACTS),
    agency=st.sampled_from(AGENCIES[:2]),
    present=st.one_of(st.just(frozenset(ELEMENTS)), st.frozensets(st.sampled_from(ELEMENTS))),
)
wild = st.builds(
    Act,
    after=after,
    what=st.just("fact"),
    fact=st.sampled_from(FACTS),
    agency=st.sampled_from(AGENCIES),
    present=st.frozensets(st.sampled_from(ELEMENTS)),
    township=st.sampled_from(TOWNSHIPS),
    claim=st.sampled_from(["CLEAR", "DISPUTED", "UNKNOWN"]),
    meta=meta,
)
rest = st.one_of(
    st.builds(Act, after=after, what=st.just("again")),
    st.builds(Act, after=after, what=st.just("wait")),
    st.builds(Act, after=after, what=st.just("bytes"), raw=st.binary(max_size=40)),
    st.builds(Act, after=after, what=st.just("bytes"), raw=st.binary(max_size=40).map(lambda b: b"\x00" + b)),
)
opening = st.builds(
    Act,
    after=st.just(0),
    what=st.just("fact"),
    present=st.one_of(st.just(frozenset(ELEMENTS)), st.frozensets(st.sampled_from(ELEMENTS))),
    claim=st.sampled_from(["CLEAR", "CLEAR", "UNKNOWN"]),
)
courses = st.one_of(
    st.tuples(opening, st.lists(st.one_of(likely, likely, wild, rest), max_size=10)).map(
        lambda t: [t[0], *t[1]]
    ),
    st.lists(st.one_of(likely, wild, rest), max_size=10),
)
steady = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass
class Run:
    """A course of acts on one matter, and what each of them led to."""

    world: World
    kit: Kit
    now: int
    sent: list[Incoming] = field(default_factory=list)
    steps: list[tuple[str, list[Entry]]] = field(default_factory=list)

    def go(self, acts: Sequence[Act]) -> Run:
        for act in acts:
            self.step(act)
        return self

    def step(self, act: Act) -> None:
        self.now += act.after
        if act.what == "wait":
            self.steps.append(("wait", self.world.wait(self.now)))
            return
        incoming = self._incoming(act)
        if incoming is not None:
            self.sent.append(incoming)
            self.steps.append((act.what, self.world.take(incoming)))

    def _incoming(self, act: Act) -> Incoming | None:
        if act.what == "again":
            return self.sent[-1] if self.sent else None
        if act.what == "bytes":
            return self.world.arrived(act.raw, self.now, act.agency, f"e-{self.world.offset}", Kind.FACT)
        names = {n: self.kit.elements[n] for n in act.present}
        body: dict[str, Any] = {}
        if act.fact in {"ClueTransferred", "ClueSupplemented"}:
            body = {**dict.fromkeys(ELEMENTS), **names}
        if act.fact == "ClueTransferred":
            body |= {
                "location": {**self.kit.site, "township_code9": act.township},
                "jurisdiction_claim": act.claim,
            }
        return self.world.incoming(act.fact, self.now, act.agency, meta=dict(act.meta), **body)


def run(kit: Kit, acts: Sequence[Act], matter: str = "") -> Run:
    world = kit.World(new_matter(matter or kit.matter))
    return Run(world, kit, kit.at("2026-09-08 10:00")).go(acts)


@given(acts=courses)
@steady
def test_the_chain_is_gapless_and_the_fold_of_the_entries_is_the_live_matter(
    kit: Kit, acts: list[Act]
) -> None:
    done = run(kit, acts)
    kit.check_chain(done.world.entries, done.world.matter)
    assert load(dump(done.world.matter)) == done.world.matter


@given(acts=courses)
@steady
def test_the_same_inputs_give_the_same_hashes(kit: Kit, acts: list[Act]) -> None:
    assert [e.hash for e in run(kit, acts).world.entries] == [e.hash for e in run(kit, acts).world.entries]


@given(acts=courses)
@steady
def test_a_repeated_record_gives_nothing(kit: Kit, acts: list[Act]) -> None:
    for what, entries in run(kit, acts).steps:
        if what == "again":
            assert entries == []


@given(acts=courses)
@steady
def test_no_fact_leaves_the_state_graph(kit: Kit, acts: list[Act]) -> None:
    done = run(kit, acts)
    procedure = done.world.rules.rulebook.procedure("clue-transfer@1")
    assert procedure is not None
    state = "new"
    for entry in done.world.entries:
        if entry.seal.seq == 0:
            continue
        transition = procedure.moves.get((entry.seal.fact_type, state))
        if transition is None:
            assert entry.seal.state == state
        else:
            assert entry.seal.state in {*procedure.states} & {
                transition.to,
                transition.unrouted,
                transition.incomplete,
                *(("transferred", "received") if transition.to == "resume" else ()),
            }
        state = entry.seal.state


@given(acts=courses)
@steady
def test_alarms_go_before_the_fact_and_none_is_left_that_was_due(kit: Kit, acts: list[Act]) -> None:
    done = run(kit, acts)
    for _what, entries in done.steps:
        rung = [e.seal.fact_type in RINGING for e in entries]
        assert rung == sorted(rung, reverse=True)
        instants = [
            (e.seal.received_at, e.record["clock"]) for e, bell in zip(entries, rung, strict=True) if bell
        ]
        assert instants == sorted(instants)
    if done.steps and done.steps[-1][0] != "again":
        following = done.world.matter.next_alarm()
        assert following is None or following[0] > done.now


@given(acts=courses)
@steady
def test_pausing_never_shortens(kit: Kit, acts: list[Act]) -> None:
    due: dict[str, int] = {}
    for entry in run(kit, acts).world.entries:
        if entry.seal.fact_type in {"DeadlineScheduled", "DeadlineResumed"}:
            clock = entry.record["clock"]
            assert entry.record["due"] >= due.get(clock, 0)
            due[clock] = entry.record["due"]


@given(acts=courses)
@steady
def test_every_clock_ends_in_one_way_only(kit: Kit, acts: list[Act]) -> None:
    ended: set[str] = set()
    breached: set[str] = set()
    for entry in run(kit, acts).world.entries:
        fact, clock = entry.seal.fact_type, entry.record.get("clock")
        if clock is None:
            continue
        assert clock not in ended
        # After a breach somebody may still act too late, be released, or be escalated; nothing else happens.
        late = {"DeadlineMet", "DeadlineCancelled", "EscalationRaised"}
        assert clock not in breached or fact in late
        if fact in {"DeadlineMet", "DeadlineCancelled"}:
            ended.add(clock)
        if fact == "DeadlineBreached":
            breached.add(clock)


@given(left=courses, right=courses, order=st.randoms(use_true_random=False))
@steady
def test_unrelated_matters_commute(kit: Kit, left: list[Act], right: list[Act], order: Any) -> None:
    other = make_matter_id("XS", kit.water, date(2026, 9, 8), 124)
    alone = [
        [e.hash for e in run(kit, acts, m).world.entries] for acts, m in ((left, kit.matter), (right, other))
    ]
    runs = [run(kit, [], kit.matter), run(kit, [], other)]
    waiting = [list(left), list(right)]
    while any(waiting):
        side = order.choice([i for i in (0, 1) if waiting[i]])
        runs[side].step(waiting[side].pop(0))
    assert [[e.hash for e in r.world.entries] for r in runs] == alone


@given(acts=courses)
@steady
def test_ids_in_the_ledger_are_unique(kit: Kit, acts: list[Act]) -> None:
    ids = [(e.seal.agency, e.seal.event_id) for e in run(kit, acts).world.entries]
    assert len(ids) == len(set(ids))


def test_the_courses_above_reach_every_state(kit: Kit) -> None:
    # A property that is never put to the test proves nothing: likely acts do walk the whole graph.
    full = frozenset(ELEMENTS)
    acts = [
        Act(0, "fact", present=full - {"evidence"}),
        Act(HOUR, "fact", "ClueReceived", "310120-JD11"),
        Act(HOUR, "fact", "ClueSupplemented", present=full),
        Act(HOUR, "fact", "ClueVerified", "310120-JD11"),
        Act(HOUR, "fact", "ClueDispositionFedBack", "310120-JD11"),
    ]
    states = {e.seal.state for e in run(kit, acts).world.entries}
    denied = {
        e.seal.state for e in run(kit, [Act(0, "fact", township="310120999", present=full)]).world.entries
    }
    assert states | denied == {
        "registered",
        "transferred",
        "returned",
        "received",
        "verified",
        "fed-back",
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_refused_or_admitted_but_never_lost(kit: Kit, text: str) -> None:
    done = run(kit, [Act(0, "fact", meta=(("correlation_id", text),), present=frozenset(ELEMENTS))])
    assert done.world.entries[0].seal.kind in {"ADMITTED", "REFUSED"}
