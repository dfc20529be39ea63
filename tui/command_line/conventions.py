"""What all commands have in common, in words: what the reference and the guide are made from."""

from __future__ import annotations

STATUSES = {
    "0": "done; with `--wait`: the run is completed, or waits for an approval",
    "1": "it could not be done, or was refused; the message says why, and nothing was changed",
    "2": "the command was not understood; the message says what would be",
    "3": "with `--wait`: the run waits for answers, a decision, a change or a conflict; "
    "`approve`: something is in the way",
    "4": "with `--wait`: the run has failed",
    "5": "with `--wait`: the run was cancelled",
    "130": "interrupted with `ctrl+c`; a run that was waited for goes on",
}
"""Every exit status, and what it tells."""

CODES = {
    "usage": "the command was not understood; `details.usage` is how it is called",
    "not_found": "a name stands for nothing; `details.nearest` is what may have been meant",
    "ambiguous": "a name may be several things; `details.candidates` lists them",
    "refused": "the planner's rules don't allow it; of a run, `details.missing` is all that it lacks",
    "conflict": "the plan has changed since the sequence that was expected",
    "unconfirmed": "it asks first, and `--yes` was not said",
    "config": "the config is not right",
    "import": "what was to be imported can't be; `details.problems` says where and why",
    "database": "the plan's file can't be used",
    "failed": "anything else",
}
"""Every code of an error, and what it tells."""

NAMES = {
    "a card": "`#42`, `42`, its id, its title, or how an id or a title begins that no other begins with",
    "a project, workflow or activity": "its title, its id, or how one begins; `Workflow/Activity` where several have one called so",
    "a requirement, fact, assumption, question or planned file": "its number on the card, as `card show` tells it; its id, its text, or how one begins",
    "a context artifact": "its name, its id, or how one begins; where a card is named, its number there",
    "a run": "its id, a beginning or the end of it, as `run list` shows it; `#42` is that card's newest run",
}
"""What is named by what, on the command line."""
