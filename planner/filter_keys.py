"""The filter's keys: one definition each, for reading, completing, explaining and the docs."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from planner.filter_values import PRIORITY, TIME, Values, one_of, titled
from store.records import PRIORITIES, BuildState, CardStatus, WaitsFor

SHORTEST_BEGINNING = 3
"""Letters from which the beginning of a key, with a colon, is taken for the key mistyped."""

HELD = ("requirements", "facts", "assumptions", "questions", "files", "artifacts", "description")
"""What ``has:`` can ask for."""


@dataclass(frozen=True)
class Key:
    """A key of the filter.

    Attributes:
        name: What is typed before the colon.
        help: What it asks of a card, as a sentence.
        says: Its values, for the docs.
        example: A term that works.
        values: How its values are completed and read.
    """

    name: str
    help: str
    says: str
    example: str
    values: Values


_YES_NO = {"yes": True, "no": False}
_TIME_SAYS = (
    "`<7d` within the last 7 days, `>7d` before them (`h`, `d`, `w`, `m` for 30 days, `y`); "
    "`2026-01-31`, `2026-01` or `2026`, also after `<` `<=` `>` `>=`; `today`, `yesterday`"
)

KEYS: dict[str, Key] = {
    key.name: key
    for key in (
        Key(
            "status",
            "Cards with this status.",
            ", ".join(f"`{status}`" for status in CardStatus),
            "status:todo,active",
            one_of(
                "there is no status", {str(status.value): status.value for status in CardStatus}
            ),
        ),
        Key(
            "priority",
            "Cards as urgent as this.",
            f"{', '.join(f'`{word}`' for word in PRIORITIES)} or `0` to `4`, "
            "also after `<` `<=` `>` `>=`",
            "priority:>=high",
            PRIORITY,
        ),
        Key(
            "ready",
            "Cards that may be finalized, or that lack something still.",
            "`yes`, `no`",
            "ready:no",
            one_of("the answer is not", _YES_NO),
        ),
        Key(
            "finalized",
            "Cards that may be built, or may not yet.",
            "`yes`, `no`",
            "finalized:yes",
            one_of("the answer is not", _YES_NO),
        ),
        Key(
            "has",
            "Cards that hold this: requirements, facts and assumptions not rejected, open "
            "questions, planned files, context artifacts, a description.",
            ", ".join(f"`{word}`" for word in HELD),
            "has:questions",
            one_of("a card holds no", {word: word for word in HELD}),
        ),
        Key(
            "activity",
            "Cards of an activity with this in its title; a whole title means just that one.",
            "a title or some of it",
            'activity:"Sign in"',
            titled("activity", lambda vocabulary: vocabulary.activities),
        ),
        Key(
            "workflow",
            "Cards of a workflow with this in its title; a whole title means just that one.",
            "a title or some of it",
            "workflow:save",
            titled("workflow", lambda vocabulary: vocabulary.workflows),
        ),
        Key(
            "build",
            "Cards whose build has come this far; `none` where none was started.",
            ", ".join(f"`{state}`" for state in (*BuildState, "none")),
            "build:failed",
            one_of(
                "there is no build state",
                {**{str(s.value): s.value for s in BuildState}, "none": None},
            ),
        ),
        Key(
            "waits",
            "Cards whose build waits for this: answers to the agent's questions, your decision "
            "about paths, a change, a conflict to be resolved, an approval, a place among the "
            "agents at work.",
            ", ".join(f"`{each}`" for each in WaitsFor),
            "waits:answers,approval",
            one_of("a build does not wait for", {str(w.value): w.value for w in WaitsFor}),
        ),
        Key(
            "updated",
            "Cards changed then for the last time, or something that they hold.",
            _TIME_SAYS,
            "updated:<7d",
            TIME,
        ),
        Key("created", "Cards made then.", _TIME_SAYS, "created:>2026-01-01", TIME),
    )
}
"""Every key by its name, in the order to offer them."""


def meant_key(name: str) -> str | None:
    """Return the key that someone who typed this most likely meant, None where none is near."""
    if len(name) >= SHORTEST_BEGINNING:
        begun = [key for key in KEYS if key.startswith(name)]
        if begun:
            return begun[0]
    near = get_close_matches(name, KEYS, n=1, cutoff=0.7)
    return near[0] if near else None
