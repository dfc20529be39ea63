"""The well-known command-line agents, each as its own documentation says it is run unattended.

All of them may edit files in their folder. None is given a way around its own permissions
(``--dangerously-…``, ``--yolo``, ``--allow-all``): where an agent wants more, its own settings, or
a table of the config, say so. Nor does any see what would let it push or reach a cloud.
"""

from __future__ import annotations

from types import MappingProxyType

from planner.runs.agents import AgentProfile

_NETWORK = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
_MODELS = ("ANTHROPIC_*", "OPENAI_*", "GEMINI_*", "GOOGLE_*", "OPENROUTER_*")

_PRESETS = (
    AgentProfile(
        name="claude",
        command=(
            *("claude", "--print", "--permission-mode", "acceptEdits"),
            *("--add-dir", "{report_folder}", "--session-id", "{session}"),
        ),
        resume_command=(
            *("claude", "--print", "--permission-mode", "acceptEdits"),
            *("--add-dir", "{report_folder}", "--resume", "{session}"),
        ),
        environment=("ANTHROPIC_*", "CLAUDE_*", *_NETWORK),
        source="https://docs.claude.com/en/docs/claude-code/cli-reference",
        note="Claude Code. Edits files; what else it may run, such as the tests, is up to its own "
        "settings (permissions.allow).",
    ),
    AgentProfile(
        name="codex",
        command=(
            *("codex", "exec", "--sandbox", "workspace-write", "--add-dir", "{report_folder}", "-"),
        ),
        resume_command=(
            *("codex", "exec", "--sandbox", "workspace-write", "--add-dir", "{report_folder}"),
            *("resume", "--last", "-"),
        ),
        environment=("OPENAI_*", "CODEX_*", *_NETWORK),
        source="https://developers.openai.com/codex/noninteractive",
        note="Codex CLI. Works in its sandbox: may write in its folder and run commands there, "
        "without the network. It goes on in the last session of its folder.",
    ),
    AgentProfile(
        name="gemini",
        command=(
            "gemini",
            "--approval-mode",
            "auto_edit",
            "--include-directories",
            "{report_folder}",
        ),
        resume_command=(
            *("gemini", "--approval-mode", "auto_edit", "--include-directories", "{report_folder}"),
            *("--resume", "latest"),
        ),
        environment=("GEMINI_*", "GOOGLE_*", *_NETWORK),
        source="https://geminicli.com/docs/cli/headless/",
        note="Gemini CLI. Edits files without asking; it runs no other tool that it would ask about.",
    ),
    AgentProfile(
        name="aider",
        command=(
            *("aider", "--message-file", "{prompt_file}", "--yes-always"),
            *("--no-suggest-shell-commands", "--no-check-update", "--no-gitignore"),
            *("--chat-history-file", "{report_folder}/aider.chat.md"),
            *("--input-history-file", "{report_folder}/aider.input"),
        ),
        prompt="file",
        environment=("AIDER_*", *_MODELS, *_NETWORK),
        source="https://aider.chat/docs/scripting.html",
        note="Aider. Commits by itself. It keeps no session: each turn is told everything again. Have "
        "git ignore .aider*, where it keeps its cache.",
    ),
    AgentProfile(
        name="opencode",
        command=("opencode", "run", "{prompt}"),
        prompt="argument",
        environment=("OPENCODE_*", *_MODELS, *_NETWORK),
        source="https://opencode.ai/docs/cli/",
        note="OpenCode. What it may do without being asked is up to its own settings (permission). Each "
        "turn is told everything again: --continue would take another worktree's session.",
    ),
    AgentProfile(
        name="cursor",
        command=("cursor-agent", "--print", "{prompt}"),
        prompt="argument",
        environment=("CURSOR_*", *_NETWORK),
        source="https://cursor.com/docs/cli/headless",
        note="Cursor's agent. Edits files in its folder; what needs approval otherwise is rejected.",
    ),
    AgentProfile(
        name="goose",
        command=("goose", "run", "--name", "{session}", "--instructions", "{prompt_file}"),
        resume_command=(
            *("goose", "run", "--resume", "--name", "{session}", "--instructions", "{prompt_file}"),
        ),
        prompt="file",
        environment=("GOOSE_*", *_MODELS, *_NETWORK),
        source="https://block.github.io/goose/docs/guides/goose-cli-commands",
        note="Goose. What it may do without being asked is up to its own settings (GOOSE_MODE).",
    ),
    AgentProfile(
        name="copilot",
        command=(
            *("copilot", "--prompt", "{prompt}", "--allow-tool", "write"),
            *("--add-dir", "{report_folder}"),
        ),
        prompt="argument",
        environment=("COPILOT_*", *_NETWORK),
        source="https://docs.github.com/en/copilot/reference/copilot-cli-reference/cli-programmatic-reference",
        note="Copilot CLI. Edits files; commands need another --allow-tool in a table of the config.",
    ),
)

PRESETS = MappingProxyType({profile.name: profile for profile in _PRESETS})
"""The well-known agents by name."""
