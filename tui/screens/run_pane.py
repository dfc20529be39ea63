"""The run pane: every run of the project as it goes, and all there is to tell of the selected one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widget import Widget

from planner.runs.reads import RunRead
from store.records import BuildState, WaitsFor
from tui.asks.runs import Details, RunsRead, read_all, read_details
from tui.plan_thread import PlanThread
from tui.run_logs import latest_of, sources_of, why_no_log
from tui.run_rows import RunRow, drawn, goes_on, height_of, rows_of
from tui.run_sections import SECTIONS, told
from tui.screens.run_acts import RunActs
from tui.screens.run_keys import RUN_KEYS, SECTION_KEYS, enter_word, first_keys
from tui.widgets.filter_line import FilterLine
from tui.widgets.key_line import KeyLine
from tui.widgets.keys_in_order import KeysInOrder
from tui.widgets.log_pane import LogPane, LogSource
from tui.widgets.row_list import RowList
from tui.widgets.section_tabs import SectionTabs
from tui.widgets.status_line import StatusLine
from tui.widgets.text_pane import TextPane

WIDE = 110
"""Cells from which the details stand beside the list."""

SECOND, MOMENTS_PASS = 1.0, 30.0
"""Seconds after which a running time is drawn anew, and ``5 min ago``."""

LINES_AROUND = 2
"""Lines below list and details."""

LOG = "Log"


class _RunList(RowList[RunRow], KeysInOrder):
    """A list whose keys open dialogs: what is typed ahead is for them."""


class _Told(TextPane, KeysInOrder):
    """Details over which dialogs open."""


class RunPane(RunActs):
    """The runs, the open ones on top, beside or above the selected one's sections."""

    CSS_PATH: ClassVar = ["run_pane.tcss"]
    PANE: ClassVar[str] = "runs"
    AUTO_FOCUS = "#list"

    BINDINGS: ClassVar[list[BindingType]] = RUN_KEYS

    def __init__(self, plan: PlanThread) -> None:
        """Show the runs of the project that is open on ``plan``."""
        super().__init__(plan)
        self._section = ""
        """The section that was chosen; empty while none was."""
        self._read: RunsRead | None = None
        self._details: Details | None = None
        self._is_stale = False
        self._clock: Timer | None = None
        self._list_height: int | None = None

    def compose(self) -> ComposeResult:
        """Lay the list beside or above the details."""
        with Container(id="runs"):
            yield _RunList(drawn, lambda row: row.key, lines=height_of, id="list")
            with Vertical(id="details"):
                yield SectionTabs(SECTIONS)
                yield LogPane(id="log")
                yield _Told(id="told")
        yield StatusLine(id="status")
        yield KeyLine(words={"filter.keep": "To the log"}, id="keys")

    def on_mount(self) -> None:
        """Word moments anew as they pass."""
        self._clock = self.set_interval(SECOND, partial(self._tick, goes_on), pause=True)
        self.set_interval(MOMENTS_PASS, self._tick)

    def on_resize(self, event: events.Resize) -> None:
        """Put the details below the list where there is no room beside it."""
        self.set_class(event.size.width < WIDE, "-narrow")
        self._fit(event.size.height)

    def _fit(self, height: int) -> None:
        """Give the list no more lines than it has where the details stand below it."""
        lines = sum(map(height_of, self.runs.rows))
        room = max(3, (height - LINES_AROUND) * 2 // 5)
        wanted = max(1, min(lines, room)) if self.has_class("-narrow") and lines else None
        if wanted != self._list_height:
            self._list_height = wanted
            self.runs.styles.height = wanted

    def on_screen_suspend(self) -> None:
        """Read nothing while nobody sees it."""
        self._go_on()

    def on_screen_resume(self) -> None:
        """Read what has changed meanwhile."""
        if self._is_stale and not self._is_over:
            self.read_again()
        self._go_on()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rest the keys while words are being typed."""
        return not isinstance(self.focused, FilterLine)

    @property
    def runs(self) -> RowList[RunRow]:
        """The list."""
        return self.query_one("#list", RowList)

    @property
    def log_pane(self) -> LogPane:
        """The log of what is selected."""
        return self.query_one("#log", LogPane)

    @property
    def told(self) -> TextPane:
        """What the other sections tell."""
        return self.query_one("#told", TextPane)

    @property
    def row(self) -> RunRow | None:
        """What is selected."""
        return self.runs.selected

    @property
    def section(self) -> str:
        """The section that is shown: the one that was chosen, else what tells most just now."""
        if self._section:
            return self._section
        row = self.row
        return LOG if row is not None and row.status is BuildState.RUNNING else "State"

    # What is read

    def read_again(self) -> None:
        """Read the runs, when they are shown."""
        self._is_stale = not self._is_seen
        if not self._is_stale:
            before = self._read
            self._plan.fetch_latest(self, "runs", lambda s: read_all(s, before), self._show)

    def _show(self, found: RunsRead | None) -> None:
        if found is None or self.project_id not in (None, found.project_id):
            return
        self._read, self.project_id = found, found.project_id
        rows = rows_of(found.runs)
        select, self.wanted_run = self.wanted_run, None
        self.runs.show(rows, select=select, empty_note=self._how_to_begin())
        self.set_class(not rows, "-none")
        self._fit(self.size.height)
        self.status.show_project(found.project_name, _counted(found.runs))
        self._go_on()

    def _how_to_begin(self) -> str:
        build, lane = self._key("run.build", "b"), self._key("run.build_workflow", "B")
        go = self._key("screen.map", "1")
        return (
            f"Nothing has been built yet. On the map ({go}), {build} builds the selected card, "
            f"{lane} its workflow."
        )

    @on(RowList.Highlighted)
    def _on_highlighted(self) -> None:
        row = self.row
        if row is None:
            return
        if self._details is not None and not _is_of(self._details, row):
            self._details = None
        self._show_section()

    def _show_section(self) -> None:
        """Show the section of what is selected, as far as it is known; have the rest read."""
        row = self.row
        if row is None:
            return
        section = self.section
        keys = [self._key(_binding_id(name), key) for name, key in SECTION_KEYS.items()]
        self.query_one(SectionTabs).show(section, keys)
        self.query_one("#details").set_class(section == LOG, "-log")
        self.query_one(KeyLine).put_first(first_keys(row))
        self.query_one(KeyLine).call_things({"list.open": enter_word(row)})
        if section == LOG:
            sources = sources_of(row)
            self.log_pane.show(sources, latest=latest_of(row, sources), none=why_no_log(row))
        else:
            self._tell()
            own = row.assignment.id if row.assignment is not None else None
            run_id = row.run.id
            self._plan.fetch_latest(
                self, "run details", lambda s: read_details(s, run_id, own), self._take_details
            )
        self._go_on()

    def _take_details(self, details: Details | None) -> None:
        row = self.row
        if details is not None and row is not None and _is_of(details, row):
            self._details = details
            self._tell()

    def _tell(self) -> None:
        row, details, section = self.row, self._details, self.section
        if row is not None and details is not None and section != LOG:
            self.told.show(told(section, row, details, self._key), about=(row.key, section))
        elif row is not None and self.told.about != (row.key, section):
            self.told.show([], about=None)

    # What passes by itself

    @property
    def _is_seen(self) -> bool:
        """Whether the screen is on top, or only dialogs are above it."""
        for screen in reversed(self.app.screen_stack):
            if screen is self or not isinstance(screen, ModalScreen):
                return screen is self
        return False

    def _go_on(self) -> None:
        """Let time pass, and the log be read, only where somebody sees it."""
        sees = self._is_seen
        self.log_pane.view.rest(not sees or self.section != LOG)
        if self._clock is not None:
            if sees and any(map(goes_on, self.runs.rows)):
                self._clock.resume()
            else:
                self._clock.pause()

    def _tick(self, which: Callable[[RunRow], bool] | None = None) -> None:
        if self._is_seen:
            self.runs.draw_again(which)
            if self.section == "State":
                self._tell()

    # What the keys do

    @on(RowList.Chosen)
    def _on_chosen(self) -> None:
        """Go where the selected run waits for a person; else to its log."""
        row = self.row
        if row is None:
            return
        blocked = row.status is BuildState.BLOCKED
        if blocked and row.waits_for is WaitsFor.ANSWERS:
            asking = row.assignment or next(
                (a for a in row.run.assignments if a.assignment.waits_for is WaitsFor.ANSWERS), None
            )
            if asking is not None:
                self.open_question(asking.assignment.card_id)
        elif blocked and row.waits_for is WaitsFor.APPROVAL:
            self.planner_app.to_screen("approvals", row.run.id)
        else:
            self.action_log()

    def action_log(self) -> None:
        """Show the log on a screen of its own."""
        from tui.screens.whole_log import WholeLog

        row = self._wanted_row()
        if row is None:
            return
        sources = sources_of(row)
        if not sources:
            self.status.say(why_no_log(row), failed=True)
            return
        select: str | None
        shown = self.log_pane.source
        if self.section == LOG and shown is not None:
            select = shown.key
        elif self.section == "Checks":
            select = next((s.key for s in reversed(sources) if s.key.startswith("check ")), None)
        else:
            select = latest_of(row, sources)
        read = partial(self._read_sources, row.key)
        self.app.push_screen(WholeLog(self._plan, row.name, sources, select=select, read=read))

    def _read_sources(self, key: str, then: Callable[[Sequence[LogSource]], object]) -> None:
        """Have the logs read that there are by now of what was selected."""

        def show(found: RunsRead | None) -> None:
            rows = rows_of(found.runs) if found is not None else []
            then(next((sources_of(row) for row in rows if row.key == key), ()))

        self._plan.fetch_latest(self, "run logs", read_all, show)

    @on(SectionTabs.Chosen)
    def _on_tab(self, message: SectionTabs.Chosen) -> None:
        self.action_section(message.section)

    def action_section(self, section: str) -> None:
        """Show a section."""
        if self.row is None:
            return
        in_list = self.runs.has_focus
        self._section = section
        self._show_section()
        if not in_list:
            self.set_focus(self._details_view)

    def action_step_section(self, by: int) -> None:
        """Show the section before or after."""
        at = SECTIONS.index(self.section) + by
        if 0 <= at < len(SECTIONS):
            self.action_section(SECTIONS[at])

    @property
    def _details_view(self) -> Widget:
        return self.log_pane.view if self.section == LOG else self.told

    def action_search(self) -> None:
        """Search the log."""
        if self.row is not None:
            self.action_section(LOG)
            self.log_pane.action_search()

    def action_follow(self) -> None:
        """Follow the log, or stay where it is."""
        if self.row is not None:
            self.action_section(LOG)
            self.log_pane.view.action_follow()

    def action_other_pane(self) -> None:
        """Go to the details, or back to the list."""
        if self.row is not None:
            self.set_focus(self._details_view if self.runs.has_focus else self.runs)

    def action_back(self) -> None:
        """Search no more; go back to the list; leave."""
        if self.section == LOG and self.log_pane.end_search():
            return
        if self.runs.has_focus:
            super().action_back()
        else:
            self.set_focus(self.runs)


def _is_of(details: Details, row: RunRow) -> bool:
    own = row.assignment.id if row.assignment is not None else None
    has = details.assignment.id if details.assignment is not None else None
    return (details.run.id, has) == (row.run.id, own)


def _binding_id(section: str) -> str:
    return "runs.live_log" if section == LOG else f"runs.{section.lower()}"


def _counted(runs: Sequence[RunRead]) -> str:
    if not runs:
        return "runs"
    alive = sum(run.run.status is BuildState.RUNNING for run in runs)
    many = f"{len(runs):,} {'run' if len(runs) == 1 else 'runs'}"
    return f"{many}, {alive} at work" if alive else many
