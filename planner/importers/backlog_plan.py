"""Works out what a Backlog.md folder should look like as a plan; touches no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from planner.importers.backlog_files import BacklogFolder, BacklogMilestone, BacklogTask, id_key
from planner.importers.wanted import Ids, Item, Standing, Wanted, WantedCard, known_by_text
from store.records import ActivityColor, ArtifactType, KnowledgeStatus

MOST_ACTIVITIES = 8
"""Labels that get an activity of their own in a workflow; the rest share one."""

NO_MILESTONE = "No milestone"
NO_LABEL = "No label"
OTHER = "Other"
ID_FACT = "Backlog.md id: "
FORMAT = "backlog"
"""What the importer is called, and part of all its ids."""

MIME_TYPE = "text/markdown"
"""What an imported section's content is."""

_COLORS = tuple(ActivityColor)


def want(folder: BacklogFolder, standing: Standing) -> Wanted:
    """Turn a folder into the rows it asks for, with the ids that a second import finds again.

    Args:
        folder: What was read.
        standing: What earlier imports wrote; what has not changed since keeps its place.
    """
    return _Want(folder, standing).everything()


class _Want:
    def __init__(self, folder: BacklogFolder, standing: Standing) -> None:
        self.folder = folder
        self.ids = Ids(standing.project_id, FORMAT)
        self.standing = standing
        self.gone = standing.gone
        self.milestones: dict[str, BacklogMilestone] = {}
        for milestone in folder.milestones:
            self.milestones.setdefault(milestone.title.lower(), milestone)
        self.milestones |= {milestone.id.lower(): milestone for milestone in folder.milestones}
        self.by_id = {task.id.lower(): task for task in folder.tasks}
        prefix = folder.config.task_prefix.lower()
        self.by_number = {
            id_key(task.id)[0]: task
            for task in folder.tasks
            if task.id.lower().startswith(f"{prefix}-")
        }
        self.coloured = Counter(
            item.parent
            for item in standing.items.values()
            if item.kind == "activity" and item.fields["color"]
        )
        self.used = Counter(label.lower() for task in folder.tasks for label in task.labels)

    def everything(self) -> Wanted:
        by_workflow: dict[str, list[BacklogTask]] = {
            milestone.id.lower(): [] for milestone in self.folder.milestones
        }
        titles: dict[str, str] = {}
        for task in self.folder.tasks:
            key = self.milestone_key(task)
            by_workflow.setdefault(key, []).append(task)
            titles.setdefault(key, task.milestone or NO_MILESTONE)
        map_items: list[Item] = []
        cards: list[WantedCard] = []
        for key in sorted(by_workflow, key=lambda key: (not key, id_key(key))):
            workflow_id = self.place_id("workflow", key)
            there = [task for task in by_workflow[key] if not self.gone(self.card_id(task))]
            activities, placed = self.place(workflow_id, key, there)
            if activities or not self.gone(self.id("workflow", key)):
                file = self.milestones.get(key) if key else None
                fields = {
                    "title": file.title if file else titles[key],
                    "description": file.description if file else None,
                }
                path = file.path if file else "config.yml"
                map_items.append(Item("workflow", workflow_id, "", fields, path))
                map_items += activities
            for task, activity_id in placed:
                card = self.card(task, activity_id)
                cards.append(WantedCard(card, list(self.below(task, card.id))))
            if len(there) < len(by_workflow[key]):
                deleted = (task for task in by_workflow[key] if self.gone(self.card_id(task)))
                cards += [WantedCard(self.card(task, ""), []) for task in deleted]
        return Wanted(map_items, cards, last_workflow=self.place_id("workflow", ""))

    def milestone_key(self, task: BacklogTask) -> str:
        """Return the id of a task's milestone in lower case; a title is as good as an id."""
        named = (task.milestone or "").lower()
        file = self.milestones.get(named)
        return file.id.lower() if file else named

    def id(self, what: str, key: str) -> str:
        return self.ids.made(what, key)

    def card_id(self, task: BacklogTask) -> str:
        return self.id("card", task.id.lower())

    def place_id(self, what: str, key: str) -> str:
        return self.ids.standing(self.standing, what, key)

    def place(
        self, workflow_id: str, key: str, tasks: list[BacklogTask]
    ) -> tuple[list[Item], list[tuple[BacklogTask, str]]]:
        """Choose a workflow's activities and each task's one; tasks come back in map order.

        A task whose labels and milestone are as the last import found them stays where
        that import put it, so that one new label doesn't send cards across the map.
        """
        counts = Counter(label.lower() for task in tasks for label in task.labels)
        spelled = Counter(label for task in tasks for label in task.labels)
        ids = {label: self.place_id("activity", f"{key}:label:{label}") for label in counts}
        common = [label for label in counts if ids[label] in self.standing.items]
        for label in sorted(counts, key=lambda label: (-counts[label], -self.used[label], label)):
            if len(common) < MOST_ACTIVITIES and self.used[label] > 1 and label not in common:
                common.append(label)
        chosen: dict[str, list[BacklogTask]] = {}
        placed: list[tuple[BacklogTask, str]] = []
        title_of = {
            label.lower(): label
            for label in sorted(spelled, key=lambda label: (spelled[label], label))
        }
        other, none = (self.place_id("activity", f"{key}:{what}") for what in ("other", "none"))
        for task in tasks:
            labels = [label.lower() for label in task.labels]
            first = next((ids[label] for label in labels if label in common), None)
            activity = (
                self.kept_place(task, workflow_id, key) or first or (other if labels else none)
            )
            placed.append((task, activity))
            chosen.setdefault(activity, []).append(task)
        titles = {ids[label]: title_of[label] for label in counts} | {other: OTHER, none: NO_LABEL}
        order = sorted(
            (activity for activity in chosen if activity in titles),
            key=lambda i: (i == none, i == other, -len(chosen[i]), titles[i].lower()),
        )
        coloured = self.coloured[workflow_id]
        made: list[Item] = []
        for activity in order:
            if activity in self.standing.items:
                made.append(self.standing.items[activity])
                continue
            color = None if activity in (other, none) else _COLORS[coloured % len(_COLORS)]
            coloured += color is not None
            fields = {"title": titles[activity], "color": color}
            made.append(Item("activity", activity, workflow_id, fields, chosen[activity][0].path))
        rank = {activity: at for at, activity in enumerate(order)}
        placed.sort(
            key=lambda pair: (
                rank.get(pair[1], len(rank)),
                pair[0].ordinal is None,
                pair[0].ordinal or 0,
            )
        )  # stable: tasks come by id already
        return made, placed

    def kept_place(self, task: BacklogTask, workflow_id: str, key: str) -> str | None:
        """Return the activity of the last import, where nothing speaks for another."""
        card = self.standing.items.get(self.card_id(task))
        if card is None:
            return None
        activity = self.standing.items.get(card.parent)
        if activity is None or activity.parent not in (
            workflow_id,
            *self.ids.deleted(self.standing, "workflow", key),
        ):
            return None
        labels = self.standing.items.get(self.id("fact", f"{task.id.lower()}:labels"))
        before = labels.fields["text"] if labels else ""
        return card.parent if before == _labels(task) else None

    def card(self, task: BacklogTask, activity_id: str) -> Item:
        fields: dict[str, Any] = {
            "title": task.title,
            "description": task.description,
            "status": task.status,
            "priority": task.priority,
        }
        if task.created_at:
            fields["created_at"] = task.created_at
        if task.updated_at:
            fields["updated_at"] = task.updated_at
        return Item("card", self.card_id(task), activity_id, fields, task.path)

    def below(self, task: BacklogTask, card_id: str) -> Iterator[Item]:
        """Return what belongs to a task's card: requirements, known facts, artifacts."""
        for criterion, item_id in zip(task.criteria, self.criteria(task, card_id), strict=True):
            status = KnowledgeStatus.APPROVED if criterion.done else KnowledgeStatus.DRAFT
            fields = {"text": criterion.text, "status": status}
            yield Item("requirement", item_id, card_id, fields, task.path)
        for key, text in self.facts(task):
            fields = {
                "text": text,
                "status": KnowledgeStatus.APPROVED,
                "evidence_source": task.path,
            }
            fact_id = self.id("fact", f"{task.id.lower()}:{key}")
            yield Item("known_fact", fact_id, card_id, fields, task.path)
        seen: Counter[str] = Counter()
        for section in task.sections:
            seen[section.title.lower()] += 1
            again = seen[section.title.lower()]
            name = f"{task.id} {section.title}" + (f" ({again})" if again > 1 else "")
            fields = {
                "type": ArtifactType.DOC,
                "name": name,
                "title": section.title,
                "content": section.content,
                "mime_type": MIME_TYPE,
            }
            key = f"{task.id.lower()}:{section.title.lower()}:{again}"
            yield Item("context_artifact", self.id("section", key), card_id, fields, task.path)

    def criteria(self, task: BacklogTask, card_id: str) -> list[str]:
        """Give each criterion its id: that of the same text, else of the one in its place."""
        before = [
            (item.id, item.fields["text"])
            for item in self.standing.below.get(card_id, ())
            if item.kind == "requirement"
        ]
        return known_by_text(
            [criterion.text for criterion in task.criteria],
            before,
            lambda text, again: self.id("criterion", f"{task.id.lower()}:{again}:{text}"),
        )

    def facts(self, task: BacklogTask) -> Iterator[tuple[str, str]]:
        """Return what is known of a task, each fact with a key that stays the same."""
        yield "id", ID_FACT + task.id
        for dependency in task.dependencies:
            yield f"dependency:{dependency.lower()}", f"Depends on {self.named(dependency)}"
        if task.labels:
            yield "labels", _labels(task)
        for name, value in task.other:
            if name == "Parent task id":
                yield f"other:{name}", f"Parent task: {self.named(value)}"
            else:
                yield f"other:{name}", f"{name}: {value}"

    def named(self, task_id: str) -> str:
        """Return a task's id with its title; older ids of another prefix go by their number."""
        task = self.by_id.get(task_id.lower())
        if task is None and task_id.lower().startswith("task-"):
            task = self.by_number.get(id_key(task_id)[0])
        return f"{task.id}: {task.title}" if task else task_id


def _labels(task: BacklogTask) -> str:
    return f"Labels: {', '.join(task.labels)}" if task.labels else ""
