"""The sections of a prompt: what people and agents have written, quoted, in a frame of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from planner.runs.policy import KINDS_OF_RULES, Policy
from planner.runs.policy_values import command_in_words
from store.records import CheckType

LONGEST_TOLD_CONTENT = 20_000
"""Characters of one artifact's content that a prompt holds."""

MOST_TOLD_CONTENT = 100_000
"""Characters of all artifacts' contents that a prompt holds."""

Snapshot = Mapping[str, Any]
"""What ``card_input`` gave."""

_ENDING = """\
## How to end

- Make the change whole, tests included, and run the checks above where you can.
- Commit what you have made, if you can, with a message that says what it does and why. What you \
leave uncommitted is committed for you. Stay on this branch; don't push, and don't rewrite what \
was there.
- Write a report to the file that {where}: one JSON object, UTF-8, at most 1 MB. Every part of it \
may be left out. Where you can't write there, leave it as .planner-report.json in this folder, and \
don't commit it.

```json
{{
  "summary": "What you did, in a few sentences.",
  "facts": [{{"text": "What you found to be true.", "evidence": "src/session.py:12"}}],
  "assumptions": ["What you took to be true, to go on."],
  "questions": ["What a person has to decide before this can be finished?"],
  "learnings": [{{"title": "In short", "text": "What would help whoever builds the next card."}}]
}}
```

- Ask instead of guessing: where something that matters is not said here, and the code does not \
tell, write a question into the report and end. You are started again with the answers. Questions \
stop the build, so ask only what you can't go on without."""


def ending(report: Path | None) -> str:
    """Say how a turn ends: the commit, the report, and asking.

    Args:
        report: Where the report is expected, told beside the variable that names it.
    """
    where = "the environment variable PLANNER_REPORT names"
    return _ENDING.format(where=where if report is None else f"{where} ({report})")


def quoted(text: str) -> str:
    """Return a text that somebody wrote, each line of it after a ``>``.

    Whatever starts a line anywhere starts a quoted one here, and what no program can be told (null
    characters, halves of characters) is shown as ``\ufffd``.
    """
    whole = text.replace("\0", "\ufffd").encode(errors="replace").decode()
    return "\n".join(f"> {line}" if line else ">" for line in whole.splitlines() or [""])


def what(snapshot: Snapshot) -> Iterator[str]:
    """Yield the card itself, and where on the map it belongs."""
    card = snapshot["card"]
    yield f"## What to build\n\n{quoted(card['title'])}"
    if said(card["description"]):
        yield quoted(card["description"])
    if said(card["quick_answer"]):
        yield f"In short:\n\n{quoted(card['quick_answer'])}"
    places = [
        f"- {what}:\n{_indented(quoted(part[name]))}"
        + (f"\n{_indented(quoted(part['description']))}" if said(part["description"]) else "")
        for what, part, name in (
            ("Project", snapshot["project"], "name"),
            ("Workflow", snapshot["workflow"], "title"),
            ("Activity", snapshot["activity"], "title"),
        )
    ]
    yield "It belongs to:\n\n" + "\n".join(places)


def knowledge(snapshot: Snapshot) -> Iterator[str]:
    """Yield the knowledge that a person stands behind, by kind."""
    approved = {
        name: [item for item in snapshot[name] if item["status"] == "approved"]
        for name in ("requirements", "known_facts", "assumptions", "questions")
    }
    if approved["requirements"]:
        yield "## Requirements\n\nAll of these must hold when you are done.\n\n" + numbered(
            quoted(item["text"]) for item in approved["requirements"]
        )
    if approved["known_facts"]:
        yield "## Known facts\n\n" + numbered(
            quoted(fact["text"])
            + (
                f"\nfrom\n{quoted(fact['evidence_source'])}"
                if said(fact["evidence_source"])
                else ""
            )
            for fact in approved["known_facts"]
        )
    if approved["assumptions"]:
        yield "## Assumptions\n\nTake these to be true.\n\n" + numbered(
            quoted(item["text"]) for item in approved["assumptions"]
        )
    answered = [item for item in approved["questions"] if said(item["answer"])]
    if answered:
        yield "## Questions that were answered\n\n" + numbered(
            f"{quoted(item['text'])}\nAnswer:\n{quoted(item['answer'])}" for item in answered
        )


def files(snapshot: Snapshot) -> Iterator[str]:
    """Yield the planned files that are approved."""
    planned = [one for one in snapshot["planned_files"] if one["status"] == "approved"]
    if planned:
        yield "## Planned files\n\n" + numbered(_planned(one) for one in planned)


def _planned(planned: Snapshot) -> str:
    lines = [
        f"{planned['action'].capitalize()} ({planned['artifact_kind']}):",
        quoted(planned["path"]),
    ]
    for words, name in (
        ("What for:", "intent_summary"),
        ("Contract:", "contract_notes"),
    ):
        if said(planned[name]):
            lines += [words, quoted(planned[name])]
    return "\n".join(lines)


def contents(snapshot: Snapshot) -> Iterator[str]:
    """Yield the context artifacts, their contents as far as they are short."""
    if not snapshot["artifacts"]:
        return
    left = MOST_TOLD_CONTENT
    told = []
    for artifact in snapshot["artifacts"]:
        lines = [f"{artifact['type']}:", quoted(artifact["title"] or artifact["name"])]
        for words, name in (
            ("What for:", "usage_hint"),
            ("Where:", "uri"),
            ("Where in it:", "locator"),
        ):
            if said(artifact[name]):
                lines += [words, quoted(artifact[name])]
        if artifact["integration_ref"]:
            reference = msgspec.json.encode(artifact["integration_ref"]).decode()
            lines += ["Reached by:", quoted(reference)]
        content = artifact["content"] or ""
        shown = content[: min(LONGEST_TOLD_CONTENT, left)]
        left -= len(shown)
        if shown:
            lines += ["Content:", quoted(shown)]
        cut = len(content) - len(shown) + artifact["cut"]
        if cut:
            lines.append(f"({cut:,} more characters of it are not shown here.)")
        told.append("\n".join(lines))
    yield "## Context\n\n" + numbered(told)


def paths(snapshot: Snapshot, policy: Policy) -> str:
    """Say which files may change."""
    lines = ["## Which files may change", ""]
    planned = snapshot["planned_files"]
    if planned or policy.allowed_paths:
        where = ["the planned files above"] if planned else []
        if policy.allowed_paths:
            where.append(f"what these patterns name: {_listed(policy.allowed_paths)}")
        lines.append(
            f"- Change {' and '.join(where)}. Anything else stops the build until a person has "
            "decided."
        )
    else:
        lines.append("- Change what the work needs.")
    if policy.protected_paths:
        lines.append(
            f"- Protected, so that a change stops the build until a person has decided: "
            f"{_listed(policy.protected_paths)}."
        )
    if policy.forbidden_paths:
        lines.append(
            f"- Forbidden, so that any change fails the build: {_listed(policy.forbidden_paths)}."
        )
    lines.append("- The patterns are written as in .gitignore. What git sees is what counts.")
    return "\n".join(lines)


def house_rules(policy: Policy) -> Iterator[str]:
    """Yield the rules of the house, where there are any."""
    told = [
        f"{kind.capitalize()}:\n\n" + "\n".join(f"- {rule}" for rule in rules)
        for kind in KINDS_OF_RULES
        if (rules := getattr(policy.rules, kind))
    ]
    if told:
        yield "## Rules of the house\n\n" + "\n\n".join(told)


def checks(policy: Policy) -> str:
    """Say which checks are run."""
    lines = [
        "## Checks",
        "",
        "When you have ended, these are run on what you committed. All must pass.",
        "",
    ]
    for check in policy.required_checks:
        command = policy.check_commands.get(check)
        if check == CheckType.POLICY:
            lines.append("- policy: only files that may change have changed")
        elif command:
            lines.append(f"- {check}: `{command_in_words(command)}`")
        else:
            lines.append(f"- {check}")
    return "\n".join(lines)


def said(text: str | None) -> bool:
    """Say whether a text says something."""
    return bool(text and text.strip())


def numbered(items: Iterable[str]) -> str:
    """Return a numbered list; an item may be of several lines."""
    told = []
    for number, item in enumerate(items, start=1):
        first, newline, rest = item.partition("\n")
        told.append(f"{number}. {first}{newline}{_indented(rest) if newline else ''}")
    return "\n".join(told)


def _indented(text: str) -> str:
    return "\n".join(f"   {line}" for line in text.split("\n"))


def _listed(patterns: Sequence[str]) -> str:
    return ", ".join(f"`{pattern}`" for pattern in patterns)
