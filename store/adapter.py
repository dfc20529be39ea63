"""``DbAdapter``: the single way to the database, whichever engine is behind it."""

from __future__ import annotations

import builtins
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from store.records import OrchestrationRun, PlanningAction, Record

R = TypeVar("R", bound=Record)

Row = tuple[Any, ...]
"""A row of a batch read, as plain values; the method's docstring names them in order."""


class DbAdapter(ABC):
    """What the planner and the screens may ask of a database.

    Records go in and come out; nothing here is lazy or live. A thread uses the adapter
    inside ``with db.connection():``, which gives the thread a connection of its own and
    closes it at the end; a call outside one fails. Values are plain: text, numbers, None,
    and lists or dicts for the columns that hold JSON.

    Every method may raise ``DatabaseBusy`` (another program held the file too long),
    ``DatabaseReadOnly`` (on a write) or ``DatabaseUnusable``.
    """

    @abstractmethod
    def connection(self) -> AbstractContextManager[None]:
        """Give this thread a connection for the length of the block; nests freely."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Hold the write lock for the block: all of it lands or, when it raises, none of it.

        An inner ``transaction()`` is a savepoint: it can fail alone.
        """

    @abstractmethod
    def bulk(self) -> AbstractContextManager[None]:
        """Expect a great many writes in the block, which begins outside any transaction.

        It takes more memory, to be quicker.
        """

    @abstractmethod
    def view(self) -> AbstractContextManager[None]:
        """Read several times from one moment's data, whatever others write meanwhile."""

    @abstractmethod
    def get(self, table: type[R], *key: str) -> R | None:
        """Return the row with this primary key (in ``table.KEY`` order), or None."""

    @abstractmethod
    def list(
        self, table: type[R], *, limit: int | None = None, newest_first: bool = False, **where: Any
    ) -> builtins.list[R]:
        """Return the rows whose columns have these values, in ``table.ORDER``.

        A list or tuple as a value means any of them, None means null. ``newest_first``
        turns the order round, ``limit`` keeps the first so many.

        Raises ``UnknownColumn``.
        """

    @abstractmethod
    def count(self, table: type[Record], **where: Any) -> int:
        """Count the rows that ``list`` with the same ``where`` would return."""

    @abstractmethod
    def insert(self, record: Record) -> None:
        """Add a row. Raises ``RowRefused`` where it breaks a rule, naming the rule."""

    @abstractmethod
    def insert_many(self, records: Iterable[Record]) -> None:
        """Add rows, which may be of several tables, all or none. Raises ``RowRefused``."""

    @abstractmethod
    def update(self, table: type[Record], *key: str, **values: Any) -> None:
        """Set these columns of one row. Raises ``RowMissing``, ``RowRefused``, ``UnknownColumn``."""

    @abstractmethod
    def delete(self, table: type[Record], *key: str) -> None:
        """Delete one row and, as the tables' rules have it, all below it. Raises ``RowMissing``."""

    @abstractmethod
    def upsert(self, record: R) -> R:
        """Add a row, or bring the one with the same natural key up to date.

        Goes by ``NATURAL_KEY`` where the table has one, else by the primary key. An
        existing row keeps its ``id`` and ``created_at``. Returns the row as it now is.
        Raises ``RowRefused``.
        """

    @abstractmethod
    def shift(self, table: type[Record], parent_id: str, start: int, stop: int, by: int) -> None:
        """Add ``by`` to the positions in ``start <= position < stop`` below one parent.

        For tables with a ``position``: the parent is the first column of ``table.PARENTS``.
        """

    @abstractmethod
    def positions(self, table: type[Record], parent_id: str) -> Sequence[Row]:
        """Return the id and position of every row below one parent, in ``table.ORDER``."""

    @abstractmethod
    def subtree(self, table: type[Record], *key: str) -> builtins.list[Record]:
        """Return a row and every row that deleting it would delete, parents before children.

        Events are not among them: the log outlives what it tells of. Empty when there is
        no such row.
        """

    @abstractmethod
    def data_version(self) -> int:
        """Return a number that changes when another connection has committed a change."""

    @abstractmethod
    def actions_between(
        self,
        project_id: str,
        after: int = 0,
        before: int | None = None,
        *,
        limit: int,
        newest_first: bool = False,
    ) -> builtins.list[PlanningAction]:
        """Return accepted planning actions with ``after < sequence < before``, in order."""

    # The action log, a batch a row. None of these reads an action's inverse.

    @abstractmethod
    def action_batches(
        self,
        project_id: str,
        *,
        before: int | None = None,
        limit: int,
        batch_ids: Sequence[str] | None = None,
    ) -> Sequence[Row]:
        """Return accepted batches that end before a sequence, newest first; or some of them.

        Rows: batch id; sequence of its first and of its last action, number of actions; of
        the last action: actor, moment, action_type, target_ref and result (dicts), undoes, and
        the payload's ``what`` and ``whose`` (null but for an undo or redo).
        """

    @abstractmethod
    def undoing_batches(self, project_id: str) -> Sequence[Row]:
        """Return every undo and redo of a project, oldest first.

        Rows: batch id, id of the batch it takes back, actor, moment.
        """

    @abstractmethod
    def action_words(self, project_id: str) -> Sequence[Row]:
        """Return what a search of the log looks into, newest action first.

        Rows: batch id, action_type, actor, result (a dict), beginning of the payload's JSON.
        """

    @abstractmethod
    def batches_of_card(self, project_id: str, card_id: str) -> Sequence[Row]:
        """Return the batches with an action on a card or on what it holds. Rows: batch id."""

    @abstractmethod
    def events(
        self,
        project_id: str,
        *,
        before: tuple[str, str] | None = None,
        limit: int,
        refused: bool = False,
        archived: bool = False,
    ) -> Sequence[Row]:
        """Return a project's events before one of them, newest first.

        Args:
            project_id: Whose events.
            before: Moment and id of the row to stop before.
            limit: How many at most.
            refused: Whether the planning actions that were refused are among them.
            archived: Whether the events of every deleted project are.

        Rows: ``event``, ``refused`` or ``archived``; id; event type or action type; actor,
        moment, payload and target_ref (dicts), run id, reason of the refusal, name of the
        deleted project (the last three null for the others).
        """

    # Batch reads: a fixed number of queries each, whatever the board's size.

    @abstractmethod
    def board_columns(self, project_id: str) -> Sequence[Row]:
        """Return every activity of a project with its number of cards, in map order.

        Rows: workflow id, title, build_state; activity id, title, color (all three null
        for a workflow without activities); number of cards.
        """

    @abstractmethod
    def board_cards(
        self,
        project_id: str,
        activity_ids: Sequence[str] | None = None,
        below: int | None = None,
    ) -> Sequence[Row]:
        """Return the cards of a project, or of some of its activities, in map order.

        ``below`` leaves out, of some activities, the cards at that position and after.

        Rows: activity id; card id, number, title, status, priority, build_state,
        finalized_at; number of requirements (rejected ones left out), of open questions,
        of planned files; of approved requirements, and of what is still to be decided (draft
        requirements and assumptions, planned files that aren't approved).
        """

    @abstractmethod
    def card_details(self, card_ids: Sequence[str]) -> Sequence[Row]:
        """Return what a filter looks into besides the board, of these cards in any order.

        Rows: card id, description, quick_answer, created_at; updated_at of the card or of
        what it holds, whichever is the latest; number of known facts and of assumptions
        (rejected ones left out), of context artifacts; what its open build waits for, or null.
        """

    @abstractmethod
    def search(
        self, words: Sequence[str], *, project_id: str | None = None, limit: int
    ) -> Sequence[Row]:
        """Find texts that hold a word beginning with each of these, best first.

        Looks into every title and text of a plan: projects, workflows, activities, cards,
        knowledge, planned files and context artifacts. Letter case and accents make no
        difference, and neither do marks: ``sign-in`` is ``sign`` followed by ``in…``, ``c++`` the
        whole word ``c``. A word of marks alone is left out; without any other nothing is
        found. A match in a title counts for more; of equals the newest comes first. What an
        open transaction has written is found once it has ended.

        Rows: entity_type (``project``, ``workflow``, ``activity``, ``card``, ``requirement``,
        ``known_fact``, ``assumption``, ``question``, ``planned_file``,
        ``context_artifact``), entity id; id and number of its card (null where it is on none);
        project id and name; title of its workflow, title of its activity (null where it is in
        none); its own title; the part that matches, which may be of several lines, each match
        between \x02 and \x03.
        """

    @abstractmethod
    def what_is_missing(self, project_id: str) -> Row:
        """Count the cards that lack something.

        The row: cards that are not finalized and have no approved requirement; draft
        requirements; open questions; draft assumptions; planned files that aren't approved
        (in the order of ``planner.readiness.RULES``). Last, the cards, finalized or not,
        that hold nothing at all but a title and answers.
        """

    @abstractmethod
    def open_questions(self, project_id: str, *, limit: int) -> Sequence[Row]:
        """Return a project's open questions in map order.

        Rows: question id and text; id, number and title of its card; titles of its workflow
        and activity.
        """

    @abstractmethod
    def changes_since(self, project_id: str, moment: str) -> Sequence[Row]:
        """Count the accepted batches since a moment, by whom and when.

        Rows: the minute (``2026-01-31T08:00``), actor, number of batches.
        """

    @abstractmethod
    def project_counts(self) -> Sequence[Row]:
        """Return every project with its size, by name.

        Rows: project id, name, description, number of workflows, of activities, of cards.
        """

    @abstractmethod
    def project_readiness(self) -> Sequence[Row]:
        """Return how many cards of each project are how far, a row for each mix there is.

        Rows: project id; whether the cards are finalized, have an approved requirement, hold
        something undecided (see ``board_cards``), hold an open question (0 or 1 each); number
        of such cards, of their open questions.
        """

    @abstractmethod
    def runs(self, project_id: str, *, limit: int) -> builtins.list[OrchestrationRun]:
        """Return a project's newest runs and every open one, newest first.

        Their snapshots are left empty: they are long, and a list shows none of them.
        """

    @abstractmethod
    def below_runs(
        self, table: type[R], run_ids: Sequence[str], *, whole: bool = False
    ) -> builtins.list[R]:
        """Return the rows of a table that stand below some runs, in the table's order.

        Args:
            table: CardAssignment, AgentExecution, AgentCommit, RunCheck, PullRequestCandidate,
                ApprovalRequest or DiffComment.
            run_ids: The runs.
            whole: Whether to read what is long as well; otherwise a snapshot is empty, a prompt, a
                report and a check's output None, and a candidate's description "".
        """

    @abstractmethod
    def run_names(self, run_ids: Sequence[str]) -> Sequence[Row]:
        """Return what some runs and their assignments build, in any order.

        Rows: id of the run or assignment, number of its card (null for a workflow), title of the
        card or workflow.
        """

    @abstractmethod
    def run_ids(self, part: str, *, limit: int) -> Sequence[Row]:
        """Return the runs of any project whose id begins or ends with a text, newest first.

        Rows: run id.
        """

    @abstractmethod
    def waiting_runs(self, project_id: str) -> int:
        """Count the runs that go on only when a person does something.

        Those are blocked, or have an assignment that is, for anything but a place; or they failed
        and nobody has begun another run of the same card or workflow since.
        """

    @abstractmethod
    def card_build(self, card_id: str) -> Sequence[Row]:
        """Return the newest assignment that builds a card, as one row; none where it has none.

        Row: run id, assignment id, the run's scope, agent profile, number of turns; status, step,
        waits_for, reason and updated_at of the assignment; then the same five of the run.
        """
