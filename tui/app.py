"""The Textual app: one plan, its map, and the thread that works on it."""

from __future__ import annotations

import copy
import gc
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.message import Message

from planner.projects import SAMPLE_NAME
from store.adapter import DbAdapter
from tui.config import Config
from tui.configured_app import ConfiguredApp
from tui.drawing import Drawing
from tui.keys import key_now
from tui.places import Places
from tui.plan_thread import PlanThread
from tui.progress import ProgressWatch
from tui.remembered import Remembered
from tui.screens.map import MapScreen
from tui.session import Failed, RunsWait, Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.command import Provider
    from textual.dom import DOMNode
    from textual.screen import Screen

    from planner.projects import ProjectFace
    from planner.runs.supervisors import Supervisors
    from tui.drafts import Drafts
    from tui.runs_watch import RunsWatch
    from tui.screens.panes import Panes


def _key_commands() -> type[Provider]:
    """Import the palette's commands when the palette is first opened."""
    from tui.commands import KeyCommands

    return KeyCommands


def _project_commands() -> type[Provider]:
    """Import the palette's ways to projects when the palette is first opened."""
    from tui.commands import ProjectCommands

    return ProjectCommands


def _filter_commands() -> type[Provider]:
    """Import the palette's saved filters when the palette is first opened."""
    from tui.commands import FilterCommands

    return FilterCommands


FIRST_LOOK = 0.3
"""Seconds that starting the screen waits for what it is to show.

Beside a screen that starts, the plan's thread waits for the interpreter after every row;
alone it needs a tenth of that time.
"""


DRAFTS_AFTER = 0.3
"""Seconds after the first frame until the board looks for unsaved texts."""


COPY_AFTER = 2.0
"""Seconds after the first frame that today's copy of the database is seen to."""

RUNS_AFTER = 0.5
"""Seconds after the first frame until the board looks after the runs."""


class PlannerApp(ConfiguredApp):
    """The board."""

    TITLE = "planner-tui"
    DEFAULT_MODE = "map"
    # The app's, not the screen's: a screen's own is read, and every style worked out, once more.
    CSS_PATH = "screens/map.tcss"
    COMMANDS = ConfiguredApp.COMMANDS | {_key_commands, _project_commands, _filter_commands}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "question_mark,f1",
            "help",
            "Help",
            id="app.help",
            tooltip="Every key, searchable; f1 also while typing",
        ),
        Binding(
            "ctrl+p",
            "command_palette",
            "Palette",
            id="app.palette",
            tooltip="Find any action by name",
            show=False,
            priority=True,
        ),
        Binding("q", "quit", "Quit", id="app.quit", tooltip="Leave; everything is saved already"),
    ]

    def __init__(
        self,
        db: DbAdapter,
        *,
        actor: str,
        project: str | None,
        database: str,
        places: Places | None = None,
        config: Config | None = None,
        drawing: Drawing = Drawing.UNICODE,
        supervisors: Supervisors | None = None,
    ) -> None:
        """Show a plan.

        Args:
            db: The open plan.
            actor: Whose name the planning actions bear.
            project: Name or id of the project to open; when None the one that was open last,
                else the last changed one.
            database: The database's path, to show.
            places: Where what lasts beside the plan is kept; nothing lasts when None.
            config: What was chosen in the config, which was read already.
            drawing: What the terminal can be drawn with.
            supervisors: See to runs; without them nothing is built from here.
        """
        self.places = places or Places()
        super().__init__(config or Config(), Remembered(self.places.state, database), drawing)
        self.sub_title = database
        session = Session(
            db,
            self._tell,
            actor=actor,
            project=project or self.remembered.project,
            supervisors=supervisors,
        )
        self._plan = PlanThread(session, rest=self._remember)
        self._drafts: Drafts | None = None
        self._db, self._supervisors = db, supervisors
        self._runs_watch: RunsWatch | None = None
        # Where nothing lasts it would come again and again.
        seen = self.remembered.tour_dismissed or not self.remembered.lasts
        self._tour_is_new = self.config.tour and not seen
        self.paints = False
        """Whether what a screen paints is shown: not before the app has mounted."""
        self.runs_wait: RunsWait | None = None
        """How many runs of the open project wait for a person; None before anyone looked."""
        self._progress = ProgressWatch(self, self._plan)
        self._early: list[Message] | None = []
        self._early_lock = threading.Lock()
        self._hearing: tuple[DOMNode, ...] = ()
        # At the bottom of the stack, in place of an empty screen of Textual's own.
        self._map = MapScreen(self._plan)
        self.add_mode(self.DEFAULT_MODE, self._make_map)
        self._plan.start()
        self._plan.opened.wait(FIRST_LOOK)

    def on_mount(self) -> None:
        """Wait for the first frame; while the app mounts, there is none to wait for."""
        self.call_later(self._paint)

    def _paint(self) -> None:
        self.paints = True
        self._map.refresh(layout=True)
        self.call_after_refresh(self._after_first_frame)

    def on_unmount(self) -> None:
        """Look at the plan's thread no more."""
        self._plan.on_asked = None
        self._progress.stop()

    def _make_map(self) -> MapScreen:
        with self._early_lock:
            early, self._early = self._early or [], None
        for message in early:
            self._map.post_message(message)
        return self._map

    def _after_first_frame(self) -> None:
        self._plan.on_asked = self._progress.look_soon
        self._progress.look_soon()
        self._plan.shown.set()
        self._map.map.focus()
        # Nearly all there is by now stays, so the collector need not look at it again.
        gc.freeze()
        gc.enable()
        if self.places.state is not None:
            self.set_timer(DRAFTS_AFTER, self._look_for_drafts)
        if self._supervisors is not None:
            self.set_timer(RUNS_AFTER, self._look_after_runs)
        if self.places.state is not None and self.config.daily_copies:
            self.set_timer(COPY_AFTER, self._copy_of_the_day)

    def _copy_of_the_day(self) -> None:
        """Have today's copy of the database made, if it is due; only a failure is told."""
        from store.daily import copy_of_the_day
        from store.errors import StoreError
        from store.open import local_path

        def make() -> None:
            try:
                copy_of_the_day(local_path(self.sub_title), keep=self.config.daily_copies)
            except StoreError as error:
                self._tell(Failed(f"No copy of today was made. {error}"))

        threading.Thread(target=make, name="copy", daemon=True).start()

    def _look_after_runs(self) -> None:
        """See to runs that a supervisor left alone, now and for as long as the board is open."""
        from tui.runs_watch import RunsWatch

        if self._supervisors is not None and self._runs_watch is None:
            self._runs_watch = RunsWatch(self._db, self._supervisors, self._tell)
            self._runs_watch.start()

    @property
    def drafts(self) -> Drafts:
        """The texts that are typed and not saved yet."""
        if self._drafts is None:
            from tui.drafts import Drafts

            self._drafts = Drafts(
                self.places.state,
                self.sub_title,
                on_failure=lambda reason: self._tell(Failed(reason)),
            )
        return self._drafts

    def _look_for_drafts(self) -> None:
        """Say when an earlier board left texts that were not saved."""
        self.drafts.refresh(lambda: self.call_later(self._tell_drafts))

    def _tell_drafts(self) -> None:
        count, key = len(self.drafts.all()), key_now(self, "plan.drafts", "D")
        if count == 1:
            self._map.status.say(f"There is an unsaved text: {key} shows it")
        elif count:
            self._map.status.say(f"There are {count} unsaved texts: {key} shows them")

    def hear(self, node: DOMNode) -> None:
        """Let a screen or widget that opens over the map hear what becomes of the plan."""
        if node is not self._map:
            self._hearing = (*self._hearing, node)

    def unhear(self, node: DOMNode) -> None:
        """Let one that closes hear no more."""
        self._hearing = tuple(other for other in self._hearing if other is not node)

    def _tell(self, message: Message) -> None:
        """Hand an answer of the plan's thread to the map, and to the screens over it.

        What comes before there is a map is kept for it.
        """
        if isinstance(message, RunsWait):
            self.runs_wait = message
        with self._early_lock:
            if self._early is not None:
                self._early.append(message)
                return
        for node in self._hearing:
            node.post_message(copy.copy(message))
        self._map.post_message(message)

    @property
    def project_id(self) -> str:
        """The id of the project that is open, empty when none is."""
        return self._map.project_id

    def read_projects(self, then: Callable[[list[ProjectFace]], object]) -> None:
        """Have every project read, for ``then``."""
        from tui.asks.projects import read_projects

        self._plan.fetch(self, read_projects, then)

    def go_to(
        self, wanted: str | None, project_id: str | None = None, *, item: str | None = None
    ) -> None:
        """Leave what is open over the map, and select something on it.

        Args:
            wanted: Id of a card, an activity or a workflow; None for the project as a whole.
            project_id: Its project; the one that is open when None.
            item: Id of something the card holds, to open the card at.
        """
        self._leave_for_map()

        def reveal(_: object = None) -> None:
            if wanted is not None:
                self._map.reveal(wanted)
                if item is not None and self._map.map.selected_id == wanted:
                    self._map.open_card(wanted, item)

        if project_id is None:
            reveal()
        else:
            self._plan.fetch(self._map, lambda session: session.open_project(project_id), reveal)

    def build_card(self, card_id: str) -> None:
        """Let the agent build a card, whichever screen it was asked for on."""
        self._map.build_card(card_id)

    def filter_for(self, text: str) -> None:
        """Leave what is open over the map, and show only the cards that a filter lets through."""
        self._leave_for_map()
        self._map.filter_for(text)

    def to_screen(self, name: str, run_id: str | None = None) -> None:
        """Go to the ``map``, the ``runs`` or the ``approvals``, from whichever is shown.

        The map stands below the others and keeps its selection.

        Args:
            name: Which.
            run_id: The run to select there.
        """
        pane = None if name == "map" else self._make_pane(name)
        if pane is not None and run_id is None and isinstance(self.screen, type(pane)):
            return
        self._leave_for_map()
        if pane is not None:
            pane.wanted_run = run_id
            self.push_screen(pane)

    def _make_pane(self, name: str) -> Panes:
        """Make one of the screens over the map, imported when it is first shown."""
        if name == "runs":
            from tui.screens.run_pane import RunPane

            return RunPane(self._plan)
        from tui.screens.approval_pane import ApprovalPane

        return ApprovalPane(self._plan)

    def _leave_for_map(self) -> None:
        """Close what is open over the map, at once: what is opened next must stay."""
        while self.screen is not self._map:
            self.pop_screen()

    def action_help(self) -> None:
        """Show every key."""
        from tui.keys import help_groups
        from tui.screens.help import Help

        self.push_screen(Help(help_groups(self.screen)))

    def offer_tour(self, project: str) -> None:
        """Show the tour by itself, the first time that the sample plan is opened."""
        if self._tour_is_new and project == SAMPLE_NAME and self.screen is self._map:
            self._tour_is_new = False
            self.action_tour()

    def action_tour(self) -> None:
        """Show the tour."""
        from tui.keys import key_of
        from tui.screens.tour import Tour

        def seen(_read: bool | None) -> None:
            self.remembered.dismiss_tour()

        self.push_screen(Tour(lambda binding_id: key_of(self._map, binding_id)), seen)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer the tour in the palette, beside what Textual offers and no key of ours does."""
        ours = ("Keys", "Quit")
        yield from (one for one in super().get_system_commands(screen) if one.title not in ours)
        yield SystemCommand("Tour", "Six short pages on how the board works", self.action_tour)

    async def action_quit(self) -> None:
        """Leave, once everything asked for is done."""
        self._map.keep_whereabouts()
        self.exit()

    def finish(self) -> None:
        """Do what is still asked of the plan, and close it."""
        if self._drafts is not None:
            self._drafts.close()
        if self._runs_watch is not None:
            self._runs_watch.finish()
        self._plan.finish()
        self.remembered.write(last=True)

    def _remember(self) -> None:
        """Write what is to be remembered, on the plan's thread; say once when that fails."""
        untold = self.remembered.trouble is None
        self.remembered.write()
        if untold and self.remembered.trouble is not None:
            self._tell(Failed(self.remembered.trouble))
