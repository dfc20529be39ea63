"""From a typed text to a saved one: what others did meanwhile is shown, and chosen about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from msgspec import structs
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

from tui.asks.editing import read_card_edit
from tui.asks.saving import (
    Answer,
    Conflict,
    Gone,
    NotSaved,
    Saved,
    read_meanwhile,
    save,
    save_as_new,
)
from tui.drafts import Drafts
from tui.edits import Edit
from tui.plan_thread import PlanThread
from tui.text import clip
from tui.widgets.status_line import StatusLine
from tui.widgets.text_editor import TextEditor, type_over

Then = Callable[[Saved | NotSaved], object]


def edit_in_place(
    source: Widget,
    plan: PlanThread,
    region: Region,
    edit: Edit,
    then: Then | None = None,
    begun: Callable[[], object] | None = None,
) -> TextEditor:
    """Type over a region of the screen and save: all that an in-place edit needs.

    Args:
        source: Has the focus now, and gets it back.
        plan: Where it is saved.
        region: What the editor is laid over.
        edit: What is typed at.
        then: Told what came of it; without it the status line tells what could not be done.
        begun: Called when saving begins.
    """

    def done(values: dict[str, str] | None) -> None:
        if values is not None:
            if begun is not None:
                begun()
            save_typed(source, plan, edit, values, then)

    def changed() -> None:
        plan.fetch(editor, lambda session: read_meanwhile(session, edit), editor.warn)

    editor = TextEditor(region, edit.fields, done, draft=edit.key, on_changed=changed)
    type_over(source, editor)
    return editor


def save_typed(
    node: Widget,
    plan: PlanThread,
    edit: Edit,
    values: Mapping[str, Any],
    then: Then | None = None,
) -> None:
    """Save typed values; where others changed the same, the person chooses.

    The draft goes once they are saved, and stays until then.

    Args:
        node: A widget or screen that stays until the answer is there.
        plan: Where they are saved.
        edit: What was typed at.
        values: What the fields are to hold; an empty text clears a field that may be empty.
        then: Told what came of it.
    """
    wanted = edit.stored(values)
    drafts: Drafts | None = getattr(node.app, "drafts", None)
    base = edit.base
    found = drafts.ours(edit.key) if drafts is not None else None
    if base is not None and found is not None:
        # A draft may have been begun long ago, on another text than the row holds now.
        known = set(base.__struct_fields__)
        begun = edit.stored({n: v for n, v in found.base.items() if n in known})
        base = structs.replace(base, **begun)

    def answered(answer: Saved | NotSaved) -> None:
        if isinstance(answer, Saved) and drafts is not None:
            drafts.drop(edit.key)
        elif drafts is not None and drafts.ours(edit.key) is None:
            # Typed where nothing keeps it: now there is reason to.
            held = {field.name: field.value for field in edit.fields}
            drafts.put(edit.key, {**held, **values}, held)
            drafts.leave(edit.key)
        if then is not None:
            then(answer)
        elif isinstance(answer, NotSaved) and answer.reason:
            _say(node, in_words(answer))

    _ask(node, plan, replace(edit, base=base), wanted, answered)


def in_words(answer: NotSaved) -> str:
    """Say why a text was not saved, and where it is now."""
    return f"{answer.reason} Your text is kept: D on the map shows it."


def save_card_title(node: Widget, plan: PlanThread, card_id: str, was: str, title: str) -> None:
    """Give a card that was called ``was`` when the person began to type another title."""

    def found(edit: Edit | None) -> None:
        if edit is None:
            _say(node, f"The card was deleted meanwhile: it is not called “{clip(title, 40)}” now.")
        else:
            save_typed(node, plan, edit, {"title": title})

    plan.fetch(node, lambda session: read_card_edit(session, card_id, was), found)


def _ask(node: Widget, plan: PlanThread, edit: Edit, values: Mapping[str, Any], then: Then) -> None:
    plan.fetch(
        node,
        lambda session: save(session, edit, values),
        partial(_answered, node, plan, edit, values, then),
    )


def _answered(
    node: Widget,
    plan: PlanThread,
    edit: Edit,
    values: Mapping[str, Any],
    then: Then,
    answer: Answer,
) -> None:
    if isinstance(answer, Conflict):
        from tui.screens.conflict import ConflictScreen

        now = answer.now

        def chosen(choice: dict[str, Any] | None) -> None:
            if choice is None:
                then(NotSaved(""))
            else:
                _ask(node, plan, replace(edit, base=now), {**answer.write, **choice}, then)

        node.app.push_screen(ConflictScreen(edit, answer), chosen)
    elif isinstance(answer, Gone):
        from tui.screens.conflict import gone_question

        def decided(make: bool | None) -> None:
            if make and edit.make_new is not None:
                plan.fetch(
                    node,
                    lambda session: save_as_new(session, edit, values),
                    partial(_answered, node, plan, edit, values, then),
                )
            else:
                then(NotSaved(""))

        node.app.push_screen(gone_question(edit, answer), decided)
    else:
        then(answer)


def _say(node: Widget, words: str) -> None:
    screen = node if isinstance(node, Screen) else node.screen
    for line in screen.query(StatusLine):
        line.say(words, failed=True)
