"""What each key of a card must do, seen on the screen and in the database."""

import pytest

from tests.planner.plans import on
from tests.tui.cards import CardHands, checks
from tui.screens.card import CardScreen

# Going about


@checks("up")
async def _up(card: CardHands, key: str) -> None:
    await card.select("r1")
    await _goes(card, key, "section.requirement", "quick_answer", "description", "title", "title")


@checks("down")
async def _down(card: CardHands, key: str) -> None:
    await _goes(card, key, "description", "quick_answer", "section.requirement", "r1", "r2")


@checks("page_up")
async def _page_up(card: CardHands, key: str) -> None:
    await card.press("end", key, key, key, key)
    assert card.view.scroll_offset.y == 0
    assert card.selected == "title"


@checks("page_down")
async def _page_down(card: CardHands, key: str) -> None:
    await card.press(key, key, key)
    assert card.view.scroll_offset.y == card.view.max_scroll_y > 0
    assert card.selected not in ("title", "description")


@checks("first")
async def _first(card: CardHands, key: str) -> None:
    await card.select("x1")
    await card.press(key)
    assert card.selected == "title"
    assert "The card" in card.lines[0]


@checks("last")
async def _last(card: CardHands, key: str) -> None:
    await card.press(key)
    assert card.selected == "x1"
    # The card's last words, in two lines where it is narrow.
    last = " ".join(line.strip() for line in card.lines[-2:])
    assert last.strip().startswith("created"), card.lines[-4:]
    assert last.endswith("00:00"), card.lines[-4:]


@checks("section_next")
async def _section_next(card: CardHands, key: str) -> None:
    await _goes(card, key, "section.requirement", "section.known_fact", "section.assumption")


@checks("section_before")
async def _section_before(card: CardHands, key: str) -> None:
    await card.select("k1")
    await _goes(card, key, "section.known_fact", "section.requirement", "title", "title")


@checks("tab")
async def _tab(card: CardHands, key: str) -> None:
    await _goes(card, key, "section.requirement", "section.known_fact")


@checks("tab_back")
async def _tab_back(card: CardHands, key: str) -> None:
    await card.select("k1")
    await _goes(card, key, "section.known_fact", "section.requirement", "title")


@checks("requirement")
async def _to_requirements(card: CardHands, key: str) -> None:
    await _goes(card, key, "r1")


@checks("known_fact")
async def _to_facts(card: CardHands, key: str) -> None:
    await _goes(card, key, "k1")


@checks("assumption")
async def _to_assumptions(card: CardHands, key: str) -> None:
    await _goes(card, key, "a1")
    card.board.plan.act(
        "deleteCardKnowledgeItem",
        on(card.card_id),
        kind="assumption",
        id=f"{card.card_id}-a1",
    )
    await card.board.until(lambda: "It rains" not in card.text)
    await _goes(card, "g", "title")
    await _goes(card, key, "section.assumption")


@checks("question")
async def _to_questions(card: CardHands, key: str) -> None:
    await _goes(card, key, "q1")


@checks("planned_file")
async def _to_files(card: CardHands, key: str) -> None:
    await _goes(card, key, "f1")


@checks("artifact")
async def _to_artifacts(card: CardHands, key: str) -> None:
    await _goes(card, key, "x1")


async def _goes(card: CardHands, key: str, *places: str) -> None:
    for place in places:
        await card.press(key)
        assert card.selected == place
        assert any(line.startswith("▌") for line in card.lines)


# The card


@checks("status")
async def _status(card: CardHands, key: str) -> None:
    await card.press(key, key)
    assert card.held.card.status == "questions"
    assert "? questions" in card.text


@checks("status_back")
async def _status_back(card: CardHands, key: str) -> None:
    await card.press(key)
    assert card.held.card.status == "production"


@checks("priority_up")
async def _priority_up(card: CardHands, key: str) -> None:
    await card.press(key, key)
    assert card.held.card.priority == 2
    assert "priority medium" in card.text


@checks("priority_down")
async def _priority_down(card: CardHands, key: str) -> None:
    await card.press("+", "+", key)
    assert card.held.card.priority == 1


@checks("finalize")
async def _finalize(card: CardHands, key: str) -> None:
    await card.press(key)
    for words in ("requirement is a draft", "question is open", "assumption is a draft"):
        assert words in said(card)
    assert "lacks 4 of 5" in card.text
    await card.press("1", "a", "3", "x", "5", "a", "down", "a", "4", "A", *"So.", "enter")
    assert "◇ ready" in card.text
    await card.press(key)
    assert card.held.card.finalized_at is not None
    assert "◆ finalized" in card.text
    await card.press("1", "enter", "end", "!", "enter")
    assert card.held.card.finalized_at is None
    assert "no longer finalized" in said(card)
    await card.press("1", "a", key)
    assert card.held.card.finalized_at is None
    await card.press("a", key, key)
    assert card.held.card.finalized_at is None


@checks("undo")
async def _undo(card: CardHands, key: str) -> None:
    await card.press("1", "d", key)
    assert card.texts["requirement"] == ["First one", "Second one"]
    assert "First one" in card.text
    assert "Undid: delete requirement" in said(card)


@checks("redo")
async def _redo(card: CardHands, key: str) -> None:
    await card.press("1", "d", "u", key)
    assert card.texts["requirement"] == ["Second one"]


# Items


@checks("approve")
async def _approve(card: CardHands, key: str) -> None:
    await card.press("1", key)
    assert card.held.requirements[0].status == "approved"
    assert "✓ First one" in card.text
    assert "Requirement is approved: “First one”" in said(card)
    await card.press(key)
    assert card.held.requirements[0].status == "draft"
    await card.press("5", key)
    assert card.held.planned_files[0].status == "approved"
    await card.press(key)
    assert "Editing it makes it a proposal again" in said(card)
    await card.press("g", key)
    assert "Select a requirement" in said(card)


@checks("reject")
async def _reject(card: CardHands, key: str) -> None:
    await card.press("3", key)
    assert card.held.assumptions[0].status == "rejected"
    assert "✗ It rains" in card.text
    await card.press(key)
    assert card.held.assumptions[0].status == "draft"
    await card.press("5", key)
    assert "d deletes it" in said(card)


@checks("delete")
async def _delete(card: CardHands, key: str) -> None:
    await card.press("1", key)
    assert card.texts["requirement"] == ["Second one"]
    assert card.selected == "r2"
    assert "Deleted requirement “First one”" in said(card)
    assert "u " in said(card)
    await card.press(key)
    assert card.texts["requirement"] == []
    assert card.selected == "section.requirement"
    await card.press("5", key)
    assert card.texts["planned_file"] == ["src/api/mail.py"]
    await card.press("6", key)
    assert card.texts["artifact"] == []
    assert f"“Brief of {card.card_id}” is off this card" in said(card)
    await card.press(key)
    assert "Select an item first" in said(card)


@checks("move_up")
async def _move_up(card: CardHands, key: str) -> None:
    await card.select("r2")
    await card.press(key, key)
    assert card.texts["requirement"] == ["Second one", "First one"]
    assert card.selected == "r2"


@checks("move_down")
async def _move_down(card: CardHands, key: str) -> None:
    await card.press("5", key, key)
    assert card.texts["planned_file"] == ["src/api/mail.py", "src/api/link.py"]
    assert card.selected == "f1"
    await card.press("t", key)
    assert "order of names" in said(card)
    await card.press("6", key)
    assert "no order of their own" in said(card)


@checks("tree")
async def _tree(card: CardHands, key: str) -> None:
    await card.press("5", key)
    assert "src/api/" in card.text
    assert "src/api/link.py" not in card.text
    assert card.selected == "f1"
    await card.press("down", key)
    assert "src/api/link.py" in card.text
    assert card.selected == "f2"


# What is typed


@checks("add")
async def _add(card: CardHands, key: str) -> None:
    await card.press(key)
    assert "Go to a section first" in said(card)
    await card.press("1", key, *"Between", "enter")
    assert card.texts["requirement"] == ["First one", "Between", "Second one"]
    assert card.selected == card.held.requirements[1].id
    assert card.held.requirements[1].source == "user"
    await card.press("2", "up", key, *"Ice", "tab", *"a winter", "enter")
    fact = card.held.known_facts[-1]
    assert (fact.text, fact.evidence_source) == ("Ice", "a winter")
    assert "from a winter" in card.text
    await card.press("5", key)
    assert card.board.top == "PlannedFileForm"
    await card.press(*"x.py", "ctrl+s")
    await card.press("escape")
    await card.press("6", key)
    assert card.board.top == "ArtifactForm"
    await card.press("escape")


@checks("edit")
async def _edit(card: CardHands, key: str) -> None:
    await card.press(key, "end", "!", "enter")
    assert card.held.card.title == f"The card {card.card_id}!"
    await card.press("down", key, *"So: ", "enter")
    assert card.held.card.description == "So: It *must* work."
    assert "So: It must work." in card.text
    await card.press("down", key, *"Yes.", "enter")
    assert card.held.card.quick_answer == "Yes."
    await card.press("3", key, "end", *" a lot", "enter")
    assert card.texts["assumption"] == ["It rains a lot"]
    await card.press(key, *"never", "escape")
    assert card.texts["assumption"] == ["It rains a lot"]
    assert "unsaved text" in said(card)
    await card.press("4", "up", key, *"Who?", "enter")
    assert card.texts["question"] == ["Why?", "Who?"]
    await card.press("5", key)
    assert card.board.top == "PlannedFileForm"
    assert "src/api/link.py" in card.board.dialog
    await card.press("end", *"x", "ctrl+s")
    assert card.texts["planned_file"][0] == "src/api/link.pyx"
    assert card.selected == "f1"
    await card.press("6", key)
    assert card.board.top == "ArtifactForm"
    await card.press("end", "!", "ctrl+s")
    assert card.texts["artifact"] == [f"Brief of {card.card_id}!"]


@checks("answer")
async def _answer(card: CardHands, key: str) -> None:
    await card.press("4", key, *"Because.", "enter")
    question = card.held.questions[0]
    assert (question.answer, question.status) == ("Because.", "approved")
    assert "→ Because." in card.text
    assert card.texts["known_fact"] == ["Water is wet"]
    await card.press(key, "end", "!", "enter")
    assert card.held.questions[0].answer == "Because.!"
    await card.press("1", key)
    assert "Select a question first" in said(card)


@checks("know")
async def _know(card: CardHands, key: str) -> None:
    await card.press("4", key)
    assert "no answer yet" in said(card)
    await card.press("A", *"Because.", "enter", key)
    assert card.texts["known_fact"][-1].endswith("Because.")
    await card.press("1", key)
    assert "Select a question first" in said(card)


@checks("edit_outside")
async def _edit_outside(card: CardHands, key: str) -> None:
    edited: list[str] = []

    def edit(app: object, text: str, configured: object = ()) -> object:
        from tui.external_editor import Edited

        edited.append(text)
        return Edited("From afar")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tui.external_editor.edit_text", edit)
        await card.press("down", key)
        await card.board.settle()
        assert edited == ["It *must* work."]
        await card.press("enter")
    assert card.held.card.description == "From afar"
    await card.press("]", key)
    assert "Select a text first" in said(card)


# Context artifacts


@checks("link")
async def _link(card: CardHands, key: str) -> None:
    await card.press(key)
    assert card.board.top == "ArtifactPicker"
    await card.write(f"Apart from {card.card_id}")
    await card.press("enter")
    assert len(card.texts["artifact"]) == 2
    assert card.selected == "x2"
    assert "https://example.org/apart" in card.text


@checks("where")
async def _where(card: CardHands, key: str) -> None:
    artifact = f"{card.card_id}-x1"
    card.board.plan.act("linkContextArtifact", on("w1a1c2"), context_artifact_id=artifact)
    await card.board.until(lambda: "used by 2 cards" in card.text)
    await card.press("6", key)
    assert card.board.top == "Chooser"
    assert "#2 Card 1.1.2" in card.board.dialog
    await card.press("escape", key, *"1.1.2", "enter")
    assert "Card 1.1.2" in card.text
    await card.press("1", key)
    assert "Select a context artifact first" in said(card)


@checks("delete_everywhere")
async def _delete_everywhere(card: CardHands, key: str) -> None:
    artifact = f"{card.card_id}-x1"
    card.board.plan.act("linkContextArtifact", on("w1a1c2"), context_artifact_id=artifact)
    await card.press("6", key)
    assert card.board.top == "Confirm"
    assert "#2 Card 1.1.2" in card.board.dialog
    await card.press("n", key, "y")
    assert card.texts["artifact"] == []
    await card.press("1", key)
    assert "Select a context artifact first" in said(card)


@checks("leave")
async def _leave(card: CardHands, key: str) -> None:
    await card.press(key)
    assert card.board.top == "MapScreen"
    assert card.board.app.focused is card.board.map
    assert card.board.selected == card.card_id
    await card.press("enter")


def said(card: CardHands) -> str:
    """What the screen last said, in full."""
    return card.screen.status._note


@checks("run")
async def _run(card: CardHands, key: str) -> None:
    await card.press(key)
    assert "This card was never built." in card.status


@checks("build")
async def _build(card: CardHands, key: str) -> None:
    card.board.app.remembered.keep_agent("claude", None)
    await card.press(key)
    assert card.board.top == "MissingList"
    assert "is not finalized." in card.board.dialog
    if isinstance(card.screen, CardScreen):
        await card.press("enter")  # it is open already
    else:
        await card.press("escape")
