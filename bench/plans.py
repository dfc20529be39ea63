"""Plans to measure with: databases of a given size, and a Backlog.md folder."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

from planner import requests as ask
from planner.actions import Planner
from planner.batch import new_id
from planner.projects import create_project
from store.open import open_store
from store.records import ActivityColor, CardStatus

ACTIVITIES = 8
"""Activities of a workflow."""

FIRST_TITLE = "Resize the photo"
"""The title of the first card, which no other text holds: it is what first paint waits for."""

_SHAPES = {100: 2, 1_000: 10, 10_000: 20}
"""Workflows by number of cards: the first screen is full of cards at every size."""

_VERBS = [
    "Show",
    "Import",
    "Export",
    "Sort",
    "Archive",
    "Share",
    "Cache",
    "Validate",
    "Rename",
    "Merge",
    "Paginate",
    "Sync",
]
_THINGS = [
    "the reading list",
    "an invoice",
    "the search results",
    "a saved filter",
    "the billing address",
    "a password reset link",
    "the audit trail",
    "an attachment",
    "the onboarding tour",
    "a webhook",
]
_WAYS = [
    "when offline",
    "for guests",
    "in the background",
    "after a timeout",
    "with the keyboard",
    "on small screens",
    "by date",
    "without losing the draft",
    "",
    "",
    "",
]
_SENTENCES = (
    "People come back to this several times a day and expect it where they left it.",
    "The server answers slowly here, so say what is happening while it does.",
    "Support hears about this weekly; the export is what they work around it with.",
    "Keep the old address working, since it is printed on paper.",
    "It must work with a screen reader and without a mouse.",
    "Ask before anything is thrown away, and let it be brought back.",
    "The limit is two hundred items today; nobody remembers why.",
)


class Plans:
    """Makes the plans of one run, each once, in a folder of the run's own."""

    def __init__(self, folder: Path) -> None:
        """Keep what is made in ``folder``."""
        self._folder = folder
        self._copies = 0

    def home(self) -> Path:
        """Return a fresh home folder."""
        return self._next("home")

    def database(self, cards: int) -> Path:
        """Return a copy of the plan with so many cards, to do with as one likes."""
        kept = self._folder / f"{cards}.db"
        if not kept.exists():
            make_plan(kept, cards)
        copy = self._next("plan") / "plan.db"
        shutil.copyfile(kept, copy)
        return copy

    def backlog(self, tasks: int) -> Path:
        """Return a repository with a Backlog.md folder of so many tasks."""
        folder = self._next("backlog")
        make_backlog(folder, tasks)
        return folder

    def folder(self, name: str) -> Path:
        """Return a fresh folder."""
        return self._next(name)

    def _next(self, name: str) -> Path:
        self._copies += 1
        folder = self._folder / f"{name}-{self._copies}"
        folder.mkdir()
        return folder


def make_plan(path: Path, cards: int) -> None:
    """Make a database with one project of so many cards, two requirements each."""
    db = open_store(path)
    with db.connection():
        project = create_project(db, "Bench", actor="bench")
        Planner(db, actor="bench").apply(project.id, _actions(cards))


def title(dice: random.Random) -> str:
    """Return a title such as people give."""
    return " ".join(filter(None, (dice.choice(p) for p in (_VERBS, _THINGS, _WAYS))))


def description(dice: random.Random) -> str:
    """Return a description of about 400 characters."""
    return " ".join(dice.sample(_SENTENCES, 6))


def make_backlog(folder: Path, tasks: int) -> None:
    """Make a Backlog.md folder: front matter, description, three criteria, notes."""
    dice = random.Random(7)
    inside = folder / "backlog" / "tasks"
    inside.mkdir(parents=True)
    (folder / "backlog" / "config.yml").write_text(
        'project_name: "Bench"\nstatuses: ["To Do", "In Progress", "Done"]\ntask_prefix: "task"\n'
    )
    for number in range(1, tasks + 1):
        name = title(dice)
        status = dice.choice(("To Do", "In Progress", "Done"))
        criteria = "\n".join(f"- [ ] #{n} {dice.choice(_SENTENCES)}" for n in (1, 2, 3))
        (inside / f"task-{number} - {name.replace(' ', '-')}.md").write_text(
            f"---\nid: task-{number}\ntitle: {name}\nstatus: {status}\n"
            f"assignee: []\ncreated_date: '2026-03-0{number % 9 + 1} 08:30'\n"
            f"labels:\n  - {dice.choice(('web', 'api', 'mobile'))}\ndependencies: []\n"
            f"priority: {dice.choice(('high', 'medium', 'low'))}\n---\n\n"
            f"## Description\n\n<!-- SECTION:DESCRIPTION:BEGIN -->\n{description(dice)}\n"
            "<!-- SECTION:DESCRIPTION:END -->\n\n"
            f"## Acceptance Criteria\n<!-- AC:BEGIN -->\n{criteria}\n<!-- AC:END -->\n\n"
            "## Implementation Notes\n\n<!-- SECTION:NOTES:BEGIN -->\n"
            f"{description(dice)}\n<!-- SECTION:NOTES:END -->\n",
            encoding="utf-8",
        )


def _actions(cards: int) -> Iterator[ask.Action]:
    dice = random.Random(cards)
    workflows = _SHAPES.get(cards, 20)
    columns = workflows * ACTIVITIES
    colors = list(ActivityColor)
    made = 0
    for workflow in range(workflows):
        workflow_id = new_id()
        yield ask.CreateWorkflow(
            payload=ask.NewWorkflow(id=workflow_id, title=f"{title(dice)} {workflow}")
        )
        for activity in range(ACTIVITIES):
            activity_id = new_id()
            yield ask.CreateActivity(
                target_ref=ask.WorkflowTarget(workflow_id=workflow_id),
                payload=ask.NewActivity(
                    id=activity_id, title=title(dice), color=colors[activity % len(colors)]
                ),
            )
            column = workflow * ACTIVITIES + activity
            wanted = cards * (column + 1) // columns - cards * column // columns
            for _ in range(wanted):
                yield from _card(dice, activity_id, FIRST_TITLE if made == 0 else title(dice))
                made += 1


def _card(dice: random.Random, activity_id: str, name: str) -> Iterator[ask.Action]:
    card_id = new_id()
    yield ask.CreateCard(
        target_ref=ask.ActivityTarget(workflow_activity_id=activity_id),
        payload=ask.NewCard(
            id=card_id,
            title=name,
            description=description(dice),
            status=dice.choice(list(CardStatus)),
            priority=dice.randrange(5),
        ),
    )
    for _ in range(2):
        yield ask.UpsertCardKnowledgeItem(
            target_ref=ask.CardTarget(card_id=card_id),
            payload=ask.KnowledgeUpsert(kind="requirement", text=dice.choice(_SENTENCES)),
        )
