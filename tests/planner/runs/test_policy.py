"""The policy profile: what may stand in it, how it is kept, and what others wrote beside it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from planner.errors import Refused
from planner.runs.policy import (
    ApprovalRules,
    HouseRules,
    Limits,
    Policy,
    change_policy,
    checked_policy,
    policy_from_json,
    policy_to_json,
    read_policy,
    read_stored_policy,
    save_policy,
)
from store.records import CheckType, EventLog, SystemPolicyProfile
from tests.planner.plans import Plan, opened

WHOLE = Policy(
    required_checks=(CheckType.POLICY, CheckType.UNIT),
    check_commands={"unit": ("pytest", "-q", "it's $(here); \n--x")},
    allowed_paths=("tests/**",),
    protected_paths=(".github/", "*.lock"),
    forbidden_paths=("secrets/**",),
    limits=Limits(agent_minutes=0.5, check_minutes=2, agents_at_once=4, log_megabytes=10),
    approval=ApprovalRules(
        approvers=("ana",), another_person=True, push=False, pull_request="local"
    ),
    rules=HouseRules(security=("No secrets in code.",), dependency=("Ask first.",)),
)


@pytest.fixture
def plan(database_path: Path) -> Iterator[Plan]:
    with opened(database_path) as db:
        yield Plan(db)


def save(plan: Plan, policy: Policy) -> None:
    made = {"clock": plan.clock, "new_id": plan.new_id}
    save_policy(plan.db, plan.project_id, policy, actor="ana", **made)


def row(plan: Plan) -> SystemPolicyProfile:
    (found,) = plan.db.list(SystemPolicyProfile, project_id=plan.project_id)
    return found


def written_by_another(plan: Plan, **columns: Any) -> None:
    plan.db.insert(SystemPolicyProfile(id="p1", project_id=plan.project_id, **columns))


def test_a_policy_is_kept_whole_and_every_change_is_an_event(plan: Plan) -> None:
    assert read_policy(plan.db, plan.project_id) is None
    save(plan, WHOLE)
    assert read_policy(plan.db, plan.project_id) == WHOLE
    assert (
        policy_from_json(msgspec.json.decode(msgspec.json.encode(policy_to_json(WHOLE)))) == WHOLE
    )
    save(plan, WHOLE)  # nothing changes, nothing is told
    change_policy(
        plan.db,
        plan.project_id,
        lambda policy: msgspec.structs.replace(policy, limits=Limits(agents_at_once=8)),
        actor="bo",
    )
    first, second = plan.db.list(EventLog, event_type="policy.changed")
    assert first.actor == "ana"
    assert first.payload["changed"]["required_checks"] == {
        "before": [],
        "after": ["policy", "unit"],
    }
    assert second.actor == "bo"
    assert second.payload["title"] == "limits"
    assert second.payload["changed"]["limits"]["after"]["agents_at_once"] == 8


def test_what_others_keep_in_the_same_columns_survives(plan: Plan) -> None:
    written_by_another(
        plan,
        required_checks=["unit"],
        check_commands={"unit": ["make", "test"], "smoke": "curl | sh"},
        limits={"agents_at_once": 3, "tokens": 9},
        approval_policy={"push": False, "quorum": 2},
        security_policy={"rules": ["Be careful."], "scanner": {"name": "x"}},
    )
    stored = read_stored_policy(plan.db, plan.project_id)
    assert stored is not None
    assert stored.unreadable == ()
    assert stored.policy.check_commands == {"unit": ("make", "test")}
    assert stored.policy.limits == Limits(agents_at_once=3)
    save(plan, msgspec.structs.replace(stored.policy, rules=HouseRules()))
    kept = row(plan)
    assert kept.check_commands == {"smoke": "curl | sh", "unit": ["make", "test"]}
    assert kept.limits["tokens"] == 9
    assert kept.approval_policy["quorum"] == 2
    assert kept.security_policy == {"scanner": {"name": "x"}}


def test_what_cannot_be_read_is_named_and_never_fails(plan: Plan) -> None:
    odd: dict[str, Any] = {
        "required_checks": ["unit", "smoke", 7, None],
        "check_commands": {"unit": "pytest -q", "lint": [], "e2e": [1], "policy": ["x"]},
        "forbidden_paths": ["/etc/**", "a/../../b", "", "fine/**"],
        "limits": {"agent_minutes": "long", "agents_at_once": 2.5, "check_minutes": True},
        "approval_policy": {"approvers": "ana", "push": "yes", "pull_request": "soon"},
        "security_policy": {"rules": "Be careful."},
    }
    written_by_another(plan, **odd)
    stored = read_stored_policy(plan.db, plan.project_id)
    assert stored is not None
    assert stored.policy == Policy(required_checks=(CheckType.UNIT,), forbidden_paths=("fine/**",))
    places = [words.partition(":")[0] for words in stored.unreadable]
    assert places == [
        *["required_checks"] * 3,
        *["check_commands"] * 4,
        *["forbidden_paths"] * 3,
        *["limits"] * 3,
        *["approval_policy"] * 3,
        "security_policy",
    ]
    assert "not a line for a shell: 'pytest -q'" in stored.unreadable[3]
    save(plan, stored.policy)
    again = read_stored_policy(plan.db, plan.project_id)
    assert again is not None
    assert again.unreadable == ()
    (event,) = plan.db.list(EventLog, event_type="policy.changed")
    assert event.payload["left_out"] == list(stored.unreadable)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"required_checks": ("untit",)}, "There is no check 'untit'; did you mean unit?"),
        ({"required_checks": ("x",)}, "There are dependency, security, policy, lint"),
        ({"check_commands": {"unit": ()}}, "command of unit is blank"),
        ({"check_commands": {"unit": (" ",)}}, "command of unit is blank"),
        ({"check_commands": {"unit": "pytest"}}, "a list of arguments, not a line for a shell"),
        ({"check_commands": {"unit": ("a\0",)}}, "null character"),
        ({"check_commands": {"policy": ("x",)}}, "policy is built in"),
        ({"forbidden_paths": ("/etc/passwd",)}, "Write 'etc/passwd'."),
        ({"forbidden_paths": ("~/x",)}, "is absolute"),
        ({"forbidden_paths": ("C:\\x",)}, "is absolute"),
        ({"allowed_paths": ("src/../../x",)}, "climbs out"),
        ({"allowed_paths": ("!src",)}, "takes another back"),
        ({"allowed_paths": (" ",)}, "blank"),
        ({"allowed_paths": ("a\nb",)}, "control character"),
        ({"allowed_paths": ("a" * 2000,)}, "longer than 1,000"),
        ({"allowed_paths": "src"}, "must be a list"),
        ({"allowed_paths": tuple(f"a{n}" for n in range(501))}, "501 allowed paths"),
        ({"limits": Limits(agent_minutes=0)}, "agent_minutes must be a number from 0.01"),
        ({"limits": Limits(check_minutes=float("nan"))}, "check_minutes must be"),
        ({"limits": Limits(check_minutes=float("inf"))}, "check_minutes must be"),
        ({"limits": Limits(agents_at_once=65)}, "from 1 to 64, not 65"),
        ({"limits": Limits(log_megabytes=-1)}, "log_megabytes must be a whole number"),
        ({"rules": HouseRules(security=(" ",))}, "A rule is blank"),
        ({"approval": ApprovalRules(approvers=("",))}, "An approver's name is blank"),
        ({"approval": ApprovalRules(pull_request="x")}, "draft, open or local"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_is_refused_in_words(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused) as refused:
        checked_policy(msgspec.structs.replace(WHOLE, **wrong))
    assert words in str(refused.value)


def test_nothing_of_a_refused_policy_is_kept(plan: Plan) -> None:
    with pytest.raises(Refused):
        save(plan, Policy(required_checks=(CheckType.UNIT,), forbidden_paths=("/x",)))
    assert read_policy(plan.db, plan.project_id) is None
    with pytest.raises(Refused, match="deleted"):
        save_policy(plan.db, "gone", WHOLE, actor="ana")
    with pytest.raises(Refused, match="not a policy"):
        policy_from_json({"required_checks": "unit"})


def test_what_stands_twice_is_kept_once_and_checks_in_their_own_order() -> None:
    policy = checked_policy(
        Policy(
            required_checks=(CheckType.UNIT, CheckType.POLICY, CheckType.UNIT),
            allowed_paths=("a", "b", "a"),
        )
    )
    assert policy.required_checks == (CheckType.POLICY, CheckType.UNIT)
    assert policy.allowed_paths == ("a", "b")
