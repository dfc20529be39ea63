"""The filter's syntax: any text can be read, and what was read can be written again."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planner.filter_keys import KEYS, meant_key
from planner.filter_terms import NUMBER, WORD, Term, parse, read_terms, to_text
from planner.filter_values import fold


def word(text: str, *, negated: bool = False) -> Term:
    return Term(WORD, (text,), negated)


@pytest.mark.parametrize(
    ("line", "terms"),
    [
        ("", ()),
        ("  \t ", ()),
        ("sign in", (word("sign"), word("in"))),
        ('"sign in"', (word("sign in"),)),
        ('"sign in', (word("sign in"),)),
        ('"say \\"hi\\" \\\\ now"', (word('say "hi" \\ now'),)),
        ('"a"b c', (word("ab"), word("c"))),
        ('5" disk', (word('5"'), word("disk"))),
        ("-sign", (word("sign", negated=True),)),
        ('-"sign in"', (word("sign in", negated=True),)),
        ("--sign", (word("-sign", negated=True),)),
        ('"-sign"', (word("-sign"),)),
        ("sign-in", (word("sign-in"),)),
        ('- # -# "" x', (word("x"),)),
        ('x "', (word("x"),)),
        ("#42", (Term(NUMBER, ("42",)),)),
        ("-#42,#43,44", (Term(NUMBER, ("42", "43", "44"), True),)),
        ("#42,", (Term(NUMBER, ("42",)),)),
        ("#4a", (word("#4a"),)),
        ("c#", (word("c#"),)),
        ("status:", (Term("status", ()),)),
        ("status:todo", (Term("status", ("todo",)),)),
        ("STATUS:Todo", (Term("status", ("Todo",)),)),
        ("-status:todo,active,", (Term("status", ("todo", "active"), True),)),
        ('activity:"Sign in",Pay', (Term("activity", ("Sign in", "Pay")),)),
        ('activity:"Sign, in', (Term("activity", ("Sign, in",)),)),
        ("priority:>=3 x", (Term("priority", (">=3",)), word("x"))),
        ("https://example.org", (word("https://example.org"),)),
        ("re: sign", (word("re:"), word("sign"))),
        ("12:30", (word("12:30"),)),
        ("statsu:todo", (Term("statsu", ("todo",)),)),
        ('"status:todo"', (word("status:todo"),)),
        ("a,b", (word("a,b"),)),
    ],
)
def test_a_line_is_read_as_terms(line: str, terms: tuple[Term, ...]) -> None:
    assert parse(line) == terms


said = st.text(min_size=1, max_size=8) | st.sampled_from(
    ['"', "-", "#", "#4", "-x", "a b", 'a"b', "\\", '\\"', "status:", "status:x", "a,b", ",", "ſ"]
)
names = st.sampled_from([*KEYS, "statsu", "act", "create"])
digits = st.text("0123456789", min_size=1, max_size=25)
terms = st.one_of(
    st.builds(lambda text, no: Term(WORD, (text,), no), said, st.booleans()),
    st.builds(
        lambda n, no: Term(NUMBER, tuple(n), no), st.lists(digits, min_size=1), st.booleans()
    ),
    st.builds(
        lambda k, v, no: Term(k, tuple(v), no), names, st.lists(said, max_size=4), st.booleans()
    ),
)


@given(st.lists(terms, max_size=5))
def test_what_is_written_reads_as_it_was(wanted: list[Term]) -> None:
    assert parse(to_text(wanted)) == tuple(wanted)


lines = st.text() | st.text(' ",-#:\\abst47<=>', max_size=30)


@given(lines)
@example('-"')
@example("status:\\")
@example("#" + "9" * 5000)
def test_any_text_can_be_read(line: str) -> None:
    found = read_terms(line)
    assert parse(to_text(term.term for term in found)) == tuple(term.term for term in found)
    ends = 0
    for written in found:
        assert ends <= written.start < written.end <= len(line)
        assert not line[written.start].isspace()
        assert all(written.start <= v.start <= v.end <= written.end for v in written.values)
        ends = written.end


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("statsu", "status"),
        ("state", "status"),
        ("prio", "priority"),
        ("act", "activity"),
        ("work", "workflow"),
        ("build", "build"),
        ("https", None),
        ("re", None),
        ("note", None),
        ("x", None),
    ],
)
def test_a_mistyped_key_is_recognized_and_other_words_with_a_colon_are_not(
    typed: str, meant: str | None
) -> None:
    assert meant_key(typed) == meant


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("Über", "uber"),
        ("naïve café", "NAIVE CAFE"),
        ("ﬁne", "fine"),
        ("Ａｔｌａｓ", "atlas"),
    ],
)
def test_texts_are_compared_without_case_accents_and_ligatures(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_letters_that_only_look_accented_are_not_another_letter() -> None:
    assert fold("が") != fold("か")


@given(st.text(), st.text())
def test_a_text_holds_its_parts(one: str, other: str) -> None:
    if one.isascii() or other.isascii():
        assert fold(one) in fold(f"{one}\n{other}")
