"""Small maps of every shape, for Hypothesis."""

import unicodedata
from itertools import count

from hypothesis import strategies as st

from planner.board import CardFace, Column, Lane
from store.records import ActivityColor, BuildState, CardStatus
from tui.widgets.map_geometry import Place

Map = tuple[tuple[Lane, ...], frozenset[str]]
"""Lanes, and the ids of those that are collapsed."""

TITLES = st.text(
    st.one_of(
        st.sampled_from(
            "a b[]/\\é日本👩\u200d🚀❤\ufe0f\u0301עב\u202e\x1b\x00\n\t\x9b\ud800\u0600🇩🇪🏽"
        ),
        st.characters(codec=None),
    ),
    max_size=80,
)
"""Titles with all that could shear a column, and all that could move the cursor."""


def is_drawable(text: str) -> bool:
    return not any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in text)


@st.composite
def faces(draw: st.DrawFn, title: st.SearchStrategy[str] = TITLES) -> CardFace:
    few = st.integers(min_value=0, max_value=120)
    return CardFace(
        "card",
        draw(st.none() | st.integers(min_value=0, max_value=10**7)),
        draw(title),
        draw(st.sampled_from(CardStatus)),
        draw(st.integers(min_value=-1, max_value=12)),
        draw(st.none() | st.sampled_from(BuildState)),
        draw(st.none() | st.just("2026-01-31T00:00:00.000Z")),
        draw(few),
        draw(few),
        draw(few),
    )


@st.composite
def columns(draw: st.DrawFn) -> Column:
    size = draw(st.integers(min_value=0, max_value=10**6))
    hidden = draw(st.integers(min_value=0, max_value=size))
    color = draw(st.none() | st.sampled_from(ActivityColor))
    return Column("column", draw(TITLES), color, size, (), hidden)


@st.composite
def maps(draw: st.DrawFn) -> Map:
    """Draw lanes of up to three activities of up to three cards, and which are collapsed."""
    ids = count()
    shape = draw(st.lists(st.lists(st.integers(0, 3), max_size=3), max_size=4))
    lanes = tuple(
        Lane(
            f"lane{next(ids)}",
            "",
            None,
            tuple(
                Column(
                    f"column{next(ids)}",
                    "",
                    None,
                    cards + hidden,
                    tuple(
                        CardFace(f"card{next(ids)}", 1, "", "todo", 0, None, None, 0, 0, 0)
                        for _ in range(cards)
                    ),
                    hidden,
                )
                for cards in lane
                for hidden in (draw(st.integers(0, 2)),)
            ),
        )
        for lane in shape
    )
    collapsed = draw(st.frozensets(st.sampled_from([lane.id for lane in lanes]))) if lanes else ()
    return lanes, frozenset(collapsed)


def places(lanes: tuple[Lane, ...], collapsed: frozenset[str]) -> list[Place]:
    """Return every place of a map that can be seen."""
    found = []
    for index, lane in enumerate(lanes):
        found.append(Place(index))
        if lane.id in collapsed:
            continue
        for at, column in enumerate(lane.columns):
            found.append(Place(index, at))
            found += [Place(index, at, row) for row in range(len(column.cards))]
    return found
