"""What the map does about runs: starting them, and telling when one needs a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import on

from planner.board import find_card
from planner.errors import Refused
from store.records import CardStatus
from tui.screens.map_edits import MapEdits
from tui.session import RunsWait, Session

if TYPE_CHECKING:
    from planner.board import CardFace
    from planner.runs.agents import AgentProfile
    from planner.runs.gate import Missing
    from tui.asks.builds import Starting, WorkflowBuild
    from tui.screens.missing import MissingList, SeeTo

MOST_LISTED = 6
"""Cards that are named before a workflow is built; of more, how many there are."""


class MapRuns(MapEdits):
    """The part of the map screen that builds cards."""

    def open_card(self, card_id: str, item: str | None = None) -> None:
        """Show a card on a screen of its own; the screen does."""
        raise NotImplementedError

    # Building

    def action_build(self) -> None:
        """Build the selected card, or each that is marked."""
        self.ask_to_build(self._some_cards())

    def build_card(self, card_id: str) -> None:
        """Start a run for a card of the board."""
        card = find_card(self._board, card_id) if self._board is not None else None
        if card is not None:
            self.ask_to_build([card])

    def ask_to_build(self, cards: Sequence[CardFace]) -> None:
        """Build some cards; ask first where one is in production, and so was built already."""
        done = [card for card in cards if card.status == CardStatus.PRODUCTION]
        if not cards:
            return
        if not done:
            self.build(cards)
            return
        from tui.screens.confirm import Confirm

        def answered(yes: bool | None) -> None:
            if yes:
                self.build(cards)

        names = [f"#{card.number} “{card.title}” is in production already." for card in done]
        question = "Build it again?" if len(cards) == 1 else f"Build all {len(cards):,} cards?"
        self.app.push_screen(Confirm(question, _some(names), yes="Build", no="Not now"), answered)

    def build(self, cards: Sequence[CardFace]) -> None:
        """Start a run for each of some cards, a job a card: others come in between."""

        def start(agent: AgentProfile) -> None:
            from tui.asks.builds import Starting, start_card, tell_started

            starting = Starting(agent)
            for card in cards:
                self._plan.ask(
                    partial(start_card, card_id=card.id, starting=starting),
                    f"starting the run of #{card.number}",
                )
            told = partial(self._tell_started, cards)
            self._plan.fetch(self, partial(tell_started, starting=starting), told)

        self._with_agent(start)

    def _tell_started(self, cards: Sequence[CardFace], starting: Starting) -> None:
        """Say what could not be started, and leave the marks on it."""
        if starting.lacking and self.marks.ids:
            self.marks.keep(starting.lacking)
            self.show_counts()
        if starting.refusals:
            self._plan.ask(_refusing(" ".join(starting.refusals)))
        if not starting.missing:
            return
        left = [card for card in cards if card.id in starting.lacking]
        if len(cards) == 1:
            title = f"Card #{left[0].number} can't be built yet"
        else:
            title = f"{len(left):,} of {len(cards):,} cards can't be built yet"
        from tui.asks.builds import missing_for_cards

        ids, agent = [card.id for card in left], starting.agent
        self._show_missing(
            title,
            starting.missing,
            lambda session: missing_for_cards(session, ids, self._agent() or agent),
            lambda: self.build(left),
        )

    def action_build_workflow(self) -> None:
        """Build the finalized cards of the workflow, once the person has seen which."""
        lane = self.map.lane
        if lane is None:
            self.status.say("Select a card or a workflow first: this builds one.", failed=True)
        else:
            self._with_agent(partial(self._read_workflow, lane.id))

    def _read_workflow(self, workflow_id: str, agent: AgentProfile) -> None:
        from tui.asks.builds import read_workflow_build

        self._plan.fetch(
            self,
            lambda session: read_workflow_build(session, workflow_id, agent),
            partial(self._confirm_workflow, workflow_id, agent),
        )

    def _confirm_workflow(
        self, workflow_id: str, agent: AgentProfile, build: WorkflowBuild
    ) -> None:
        from tui.asks.builds import start_workflow
        from tui.screens.confirm import Confirm

        if build.missing:
            self._show_missing_of_workflow(workflow_id, build.title, build.missing)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._plan.fetch(
                    self,
                    lambda session: start_workflow(session, workflow_id, agent),
                    lambda missing: (
                        self._show_missing_of_workflow(workflow_id, build.title, missing)
                        if missing
                        else None
                    ),
                    f"starting the run of “{build.title}”",
                )

        at_once = min(build.at_once, len(build.cards))
        question = f"Build the workflow “{build.title}” with {agent.name}?"
        details = [
            f"{_counted(build.cards)}, {at_once} at once:",
            *_some(build.cards),
            *([f"Left out: {_counted(build.left_out)}"] if build.left_out else []),
            *_some(build.left_out),
        ]
        self.app.push_screen(Confirm(question, details, yes="Build", no="Not now"), answered)

    def _show_missing_of_workflow(
        self, workflow_id: str, title: str, missing: Sequence[Missing]
    ) -> None:
        from tui.asks.builds import read_workflow_build

        self._show_missing(
            f"The workflow “{title}” can't be built yet",
            missing,
            lambda session: read_workflow_build(session, workflow_id, self._agent()).missing,
            lambda: self._with_agent(partial(self._read_workflow, workflow_id)),
        )

    # What is missing

    def _show_missing(
        self,
        title: str,
        missing: Sequence[Missing],
        read: Callable[[Session], Sequence[Missing]],
        again: Callable[[], object],
    ) -> None:
        """List what is missing, with ways to where it can be seen to; then build again."""
        from tui.screens.missing import MissingList

        def closed(see_to: SeeTo | None) -> None:
            if see_to is None:
                return
            if see_to.missing is None:
                again()
            elif see_to.missing.run_id is not None:
                self.planner_app.to_screen("runs", see_to.missing.run_id)

        self.app.push_screen(
            MissingList(self._plan, title, missing, read=read, see_to=self._see_to), closed
        )

    def _see_to(self, over: MissingList, missing: Missing) -> bool:
        """Open what something missing can be seen to with, over the list of it."""
        from tui.screens.policy_form import edit_policy

        if missing.place == "card" and missing.card_id is not None:
            if self._is_open(missing.card_id):
                return False
            self.open_card(missing.card_id)
        elif missing.place == "agent":
            self.action_choose_agent()
        elif missing.place in ("repository", "checks"):
            edit_policy(over, self._plan, self.project_id, self.status.say, missing.place)
        else:
            return False
        return True

    def _is_open(self, card_id: str) -> bool:
        """Say whether a card is on a screen of its own already."""
        return any(getattr(screen, "card_id", None) == card_id for screen in self.app.screen_stack)

    # The agent

    def _agent(self) -> AgentProfile | None:
        """Return the agent that builds; None where it is not clear which."""
        from tui.agent_choice import chosen_agent

        return chosen_agent(self.planner_app.config, self.planner_app.remembered)

    def _with_agent(self, then: Callable[[AgentProfile], object]) -> None:
        """Go on with the agent that builds, chosen now where it is not clear which."""
        agent = self._agent()
        if agent is not None:
            then(agent)
        else:
            self._choose_agent("Which agent is to build?", then)

    def action_choose_agent(self) -> None:
        """Choose the agent that builds from here on."""

        def chosen(agent: AgentProfile) -> None:
            self.status.say(f"{agent.name} builds from here on")

        self._choose_agent("The agent that builds", chosen)

    def _choose_agent(self, title: str, then: Callable[[AgentProfile], object]) -> None:
        from tui.agent_choice import agent_picks
        from tui.screens.chooser import Chooser, Chosen

        config, remembered = self.planner_app.config, self.planner_app.remembered

        def chosen(choice: Chosen | None) -> None:
            if choice is not None:
                remembered.keep_agent(choice.id, config.agent)
                then(config.profiles()[choice.id])

        self.app.push_screen(Chooser(title, agent_picks(config, self._agent())), chosen)

    # The policy

    def action_policy(self, part: str = "repository") -> None:
        """Edit what the project's runs are held to, and connect its repository."""
        from tui.screens.policy_form import edit_policy

        if self.project_id:
            edit_policy(self, self._plan, self.project_id, self._tell_policy, part)
            self.map.wait_for_opening()
        else:
            self.status.say("Make a project first: this edits its policy.", failed=True)

    def _tell_policy(self, words: str) -> None:
        self.status.say(words)
        self.toast(words)

    @on(RunsWait)
    def _tell_elsewhere(self, message: RunsWait) -> None:
        """Ring, or notify on the desktop, when a run begins to wait; the map is always there."""
        if message.news:
            self.planner_app.call_for_person(message.news)


def _refusing(words: str) -> Callable[[Session], None]:
    """Return what is refused, for whichever screen is shown to say so."""

    def job(_session: Session) -> None:
        raise Refused(words)

    return job


def _counted(cards: Sequence[str]) -> str:
    return f"{len(cards):,} card{'' if len(cards) == 1 else 's'}"


def _some(cards: Sequence[str]) -> list[str]:
    """Return the names of cards, or of the first and how many more there are."""
    more = len(cards) - MOST_LISTED
    return [*cards[:MOST_LISTED], *([f"… and {more:,} more"] if more > 0 else [])]
