"""The policy of a project, and the repository its runs work on: a form of parts, one below the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from planner.errors import Refused
from planner.runs.policy import KINDS_OF_RULES
from planner.runs.policy_values import LIMITS
from store.records import CheckType
from tui.asks.policy import (
    BRANCH,
    REPOSITORY,
    FieldRefused,
    Overtaken,
    PolicyRead,
    read_policy_of,
    save_policy_of,
)
from tui.asks.saving import NotSaved, Saved
from tui.drafts import DraftKey
from tui.edits import Edit, EditField
from tui.plan_thread import PlanThread
from tui.policy_texts import (
    COMMANDS,
    NO_YES,
    PATHS,
    PULL_REQUESTS,
    FieldWrong,
    choices_of,
    policy_of,
    texts_of,
)
from tui.screens.record_form import FormArea, RecordForm
from tui.session import Session
from tui.text import clip
from tui.widgets.choice import Choice

_EXAMPLES = {
    CheckType.DEPENDENCY: "pip-audit",
    CheckType.SECURITY: "bandit -r src",
    CheckType.LINT: "ruff check .",
    CheckType.UNIT: "pytest -q",
    CheckType.INTEGRATION: "make integration",
    CheckType.E2E: "npx playwright test",
}
_PATHS = {
    "allowed_paths": ("Allowed", "may change besides a card's planned files"),
    "protected_paths": ("Protected", "changing one waits for your decision"),
    "forbidden_paths": ("Forbidden", "changing one fails the build"),
}
_LIMITS = {
    "agent_minutes": "Minutes a turn of an agent",
    "check_minutes": "Minutes a check",
    "agents_at_once": "Agents at work at once",
    "log_megabytes": "Megabytes of output",
}
_CHECK, _ASKED = 12, 33
"""Cells of what is asked for, in each part."""

_FIRST_FIELDS = {
    "repository": REPOSITORY,
    "checks": f"required_{next(iter(CheckType))}",
    "paths": PATHS[0],
    "limits": next(iter(LIMITS)),
    "approval": "push",
    "rules": f"rules_{KINDS_OF_RULES[0]}",
}
"""The field that each part begins with."""

PARTS = tuple(_FIRST_FIELDS)
"""What the form's parts are called in its style sheet; each begins with a heading."""


class YesNo(Choice):
    """Yes or no; its first letter chooses, and space the other one."""

    def __init__(self, label: str, value: str, *, id: str) -> None:  # noqa: A002
        """Ask ``label``."""
        super().__init__(label, NO_YES, NO_YES.index(value), id=id)

    def letter(self, character: str) -> bool:
        """Choose by a letter, or the other one by a space."""
        if character == " ":
            self.chosen = 1 - self.chosen
        elif character.lower() in ("y", "n"):
            self.chosen = int(character.lower() == "y")
        else:
            return False
        return True


class PolicyForm(RecordForm):
    """Edits what a project's runs are held to, and connects its repository."""

    CSS_PATH: ClassVar = ["dialog.tcss", "record_form.tcss", "policy_form.tcss"]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "part(1)", "Next part", id="policy.next", tooltip="Go to the next part"),
        Binding(
            "ctrl+b",
            "part(-1)",
            "Part before",
            id="policy.previous",
            tooltip="Go to the part before",
            show=False,
        ),
    ]

    def __init__(self, plan: PlanThread, read: PolicyRead, part: str = "repository") -> None:
        """Edit a policy.

        Args:
            plan: Where it is saved.
            read: The project and its policy as they are now.
            part: The part to begin at.
        """
        super().__init__(plan, policy_edit(read))
        self._read = read
        self._part = part
        self._bare = {
            f"command_{check}" for check in COMMANDS if check not in read.policy.check_commands
        }
        """The fields of commands that hold none."""

    def heading(self) -> tuple[str, str]:
        """Return whose policy it is."""
        return f"Policy of “{clip(self._read.project.name, 50)}”", "what runs are held to"

    def on_mount(self) -> None:
        """Begin at a part; say what nobody can read of what is stored."""
        if self._read.unreadable:
            self.note(f"Not understood, and gone once you save: {'; '.join(self._read.unreadable)}")
        # At once: keys typed ahead are for what has the focus from the start.
        self.set_focus(self._first_field(self._part), scroll_visible=False)
        self.call_after_refresh(self._show_part, self._part)

    def rows(self) -> Iterable[Widget]:
        """Yield the parts."""
        choices = choices_of(self._read.policy)
        with_words = {
            "repository": ("Repository", "agents work in copies of it, never in your checkout"),
            "checks": ("Required checks", "all must pass before you are asked to approve"),
            "paths": ("Paths", "patterns as in .gitignore, one a line"),
            "limits": ("Limits", ""),
            "approval": ("Approval", "what approving does, and who may"),
            "rules": ("House rules", "sentences every agent is told, one a line"),
        }
        for part in PARTS:
            words, more = with_words[part]
            yield Static(
                Content.assemble((words, "bold"), f"  {more}"), classes="part", id=f"part_{part}"
            )
            yield from getattr(self, f"_{part}")(choices)

    def _repository(self, choices: dict[str, str]) -> Iterable[Widget]:
        yield self.area(self.field(REPOSITORY))
        yield self.area(self.field(BRANCH))

    def _checks(self, choices: dict[str, str]) -> Iterable[Widget]:
        for check in CheckType:
            name = f"required_{check}"
            asked = YesNo(f"{check} ".ljust(_CHECK), choices[name], id=f"{name}_field")
            if check in COMMANDS:
                beside: Widget = self.area(self.field(f"command_{check}"))
            else:
                words = "built in: holds the diff against the paths"
                beside = Static(words, classes="built-in")
            yield Horizontal(asked, beside, classes="check")

    def _paths(self, choices: dict[str, str]) -> Iterable[Widget]:
        yield from (self.area(self.field(name)) for name in PATHS)

    def _limits(self, choices: dict[str, str]) -> Iterable[Widget]:
        areas = [self.area(self.field(name)) for name in LIMITS]
        yield Horizontal(*areas[:2], classes="pair")
        yield Horizontal(*areas[2:], classes="pair")

    def _approval(self, choices: dict[str, str]) -> Iterable[Widget]:
        yield YesNo("Push the branch once approved".ljust(_ASKED), choices["push"], id="push_field")
        yield Choice(
            "Pull request on GitHub".ljust(_ASKED),
            PULL_REQUESTS,
            PULL_REQUESTS.index(choices["pull_request"]),
            id="pull_request_field",
        )
        yield YesNo(
            "By another than started the run".ljust(_ASKED),
            choices["another_person"],
            id="another_person_field",
        )
        yield self.area(self.field("approvers"))

    def _rules(self, choices: dict[str, str]) -> Iterable[Widget]:
        yield from (self.area(self.field(f"rules_{kind}")) for kind in KINDS_OF_RULES)

    def choices(self) -> dict[str, Any]:
        """Return what was chosen besides the texts."""
        found = {}
        for name in choices_of(self._read.policy):
            values = PULL_REQUESTS if name == "pull_request" else NO_YES
            try:
                found[name] = values[self.query_one(f"#{name}_field", Choice).chosen]
            except NoMatches:
                found[name] = choices_of(self._read.policy)[name]
        return found

    def choose(self, values: dict[str, Any]) -> None:
        """Set the choices, from a draft or from what is saved."""
        for name in choices_of(self._read.policy):
            offered = PULL_REQUESTS if name == "pull_request" else NO_YES
            if values.get(name) in offered:
                self.query_one(f"#{name}_field", Choice).chosen = offered.index(values[name])

    @on(FormArea.Changed)
    def _require(self, event: FormArea.Changed) -> None:
        """Require a check that is just given its first command."""
        name = (event.text_area.id or "").removesuffix("_field")
        if not name.startswith("command_"):
            return
        has_command = bool(self.text_of(name).strip())
        if has_command and name in self._bare:
            self.query_one(f"#required_{name.removeprefix('command_')}_field", Choice).chosen = 1
        (self._bare.discard if has_command else self._bare.add)(name)

    # Saving

    def check(self, values: dict[str, Any]) -> str:
        """Say what can't be, at its field."""
        for area in self.query(FormArea):
            area.remove_class("-wrong")
        try:
            policy_of(values)
        except FieldWrong as wrong:
            return self._point_at(wrong.field, str(wrong))
        return ""

    def keep(self, values: dict[str, Any]) -> None:
        """Save the policy and the repository."""
        base, policy = self._read, policy_of(values)
        address, branch = str(values[REPOSITORY]), str(values[BRANCH])

        def save(session: Session) -> str | Refused:
            try:
                return save_policy_of(session, base, address, branch, policy)
            except Refused as refusal:
                return refusal

        self._plan.fetch(self, save, self._take_answer, "saving the policy")

    def _take_answer(self, answer: str | Refused) -> None:
        if isinstance(answer, str):
            drafts = getattr(self.app, "drafts", None)
            if drafts is not None:
                drafts.drop(self.edit.key)
            self.saved(Saved(answer, {}))
        elif isinstance(answer, FieldRefused):
            self.saved(NotSaved(self._point_at(answer.field, str(answer))))
        elif isinstance(answer, Overtaken):
            self._catch_up(answer.now)
            self.saved(NotSaved(f"{answer} Saving again writes what stands here."))
        else:
            self.saved(NotSaved(str(answer)))

    def _point_at(self, field: str, words: str) -> str:
        """Go to a field and return what is wrong there, with its name."""
        area = self.query_one(f"#{field}_field", FormArea)
        area.add_class("-wrong")
        self.set_focus(area)
        return f"{self.field(field).label}: {words}"

    def _catch_up(self, now: PolicyRead) -> None:
        """Take over what others changed where nothing was typed."""
        typed, before = self._typed(), self._begun
        self._read, self.edit = now, policy_edit(now)
        texts = {field.name: field.value for field in self.edit.fields}
        self._begun = {**texts, **choices_of(now.policy)}
        untouched = {n: v for n, v in self._begun.items() if typed.get(n) == before.get(n)}
        self._fill({**typed, **untouched})

    # Going about

    def action_part(self, by: int) -> None:
        """Go to the next part, or the one before."""
        at = self._part_of(self.focused)
        self._go_to(PARTS[(at + by) % len(PARTS)])

    def _part_of(self, widget: Widget | None) -> int:
        """Return the part that a field is in, as an index."""
        at, above = 0, set(widget.ancestors_with_self) if widget is not None else set()
        for row in self.query_one("#fields").children:
            name = (row.id or "").removeprefix("part_")
            at = PARTS.index(name) if name in PARTS else at
            if row in above:
                return at
        return 0

    def _go_to(self, part: str) -> None:
        """Go to the first field of a part, its heading in view."""
        self.set_focus(self._first_field(part), scroll_visible=False)
        self._show_part(part)

    def _first_field(self, part: str) -> Widget:
        return self.query_one(f"#{_FIRST_FIELDS[part]}_field")

    def _show_part(self, part: str) -> None:
        """Bring a part's heading to the top."""
        heading = self.query_one(f"#part_{part}")
        self.query_one("#fields").scroll_to_widget(heading, top=True, animate=False)


def policy_edit(read: PolicyRead) -> Edit:
    """Return what is typed at in the form: the repository, then the policy's texts."""
    project, texts = read.project, texts_of(read.policy)

    def text(name: str, label: str, placeholder: str = "", *, one_line: bool = False) -> EditField:
        value = texts[name]
        return EditField(name, label, value, placeholder, one_line and "\n" not in value)

    return Edit(
        "policy",
        DraftKey("policy", (project.id,), "", project.id, f"policy of “{project.name}”"),
        None,
        (
            EditField(
                REPOSITORY,
                "Path or URL",
                project.repo_url or "",
                "such as ~/code/shop or https://example.org/shop.git",
                one_line=True,
            ),
            EditField(
                BRANCH, "Branch to build on", project.default_branch, one_line=True, required=True
            ),
            *(
                text(f"command_{c}", f"{c}: command", f"such as {_EXAMPLES[c]}", one_line=True)
                for c in COMMANDS
            ),
            *(text(name, f"{words}: {more}") for name, (words, more) in _PATHS.items()),
            *(text(name, words, one_line=True) for name, words in _LIMITS.items()),
            text("approvers", "Who may approve, a name a line", "anyone"),
            *(text(f"rules_{kind}", f"Rules: {kind}") for kind in KINDS_OF_RULES),
        ),
        lambda _: (),
    )


def edit_policy(
    screen: Screen[Any],
    plan: PlanThread,
    project_id: str,
    tell: Callable[[str], object],
    part: str = PARTS[0],
) -> None:
    """Open the form over a screen.

    Args:
        screen: Where it is opened.
        plan: Where it is saved.
        project_id: Whose policy.
        tell: Told what was saved, in words.
        part: The part to begin at.
    """

    def closed(saved: Saved | None) -> None:
        if saved is not None:
            tell(saved.message)

    plan.fetch(
        screen,
        lambda session: read_policy_of(session, project_id),
        lambda read: screen.app.push_screen(PolicyForm(plan, read, part), closed),
    )
