import time

from planner.differences import MOST_SHOWN, Line, differences, value_lines


def told(was: str | None, now: str | None, *, quoted: bool = True) -> list[str]:
    return [f"{line.sign}{line.text}" for line in differences("text", was, now, quoted=quoted)]


def marked(line: Line) -> list[str]:
    return [piece for piece, differs in line.pieces if differs]


def test_short_values_stand_on_one_line() -> None:
    assert told("Sign in", "Sign in with a link") == ["text: “Sign in” → “Sign in with a link”"]
    assert told("medium", "high", quoted=False) == ["text: medium → high"]
    assert told(None, "[red]") == ["text: nothing → “[red]”"]
    assert told("x", None) == ["text: “x” → nothing"]


def test_long_values_are_compared_word_by_word() -> None:
    was = "The link in the mail signs you in for thirty days, on that device alone."
    now = "The link in the mail signs you in for ninety days, on that device alone!"
    heading, gone, come = differences("description", was, now, quoted=True)
    assert heading.text == "description:"
    assert (gone.sign, gone.text, marked(gone)) == ("-", was, ["thirty", "."])
    assert (come.sign, come.text, marked(come)) == ("+", now, ["ninety", "!"])


def test_lines_that_did_not_change_are_left_out_but_for_the_one_before() -> None:
    was = "\n".join(f"Line number {n} of the text" for n in range(30))
    now = was.replace("number 20", "the twentieth").replace("number 10 ", "")
    assert told(was, now) == [
        "text:",
        "…",
        " Line number 9 of the text",
        "-Line number 10 of the text",
        "+Line of the text",
        "…",
        " Line number 19 of the text",
        "-Line number 20 of the text",
        "+Line the twentieth of the text",
        "…",
    ]


def test_another_text_altogether_is_not_taken_apart() -> None:
    lines = [*differences("text", "abc " * 30, "zzz! " * 30, quoted=True)]
    assert [marked(line) for line in lines] == [[], [], []]


def test_a_text_that_comes_or_goes_is_told_whole_up_to_a_length() -> None:
    text = "\n".join(f"Line {n}" for n in range(40))
    lines = [*value_lines("+", "description", text)]
    assert [line.sign for line in lines] == ["", *["+"] * MOST_SHOWN, ""]
    assert lines[-1].text == f"… and {40 - MOST_SHOWN} more lines"
    assert told(None, text) == [
        f"{line.sign}{line.text}".replace("description", "text") for line in lines
    ]
    assert [line.text for line in value_lines("-", "priority", "high")] == ["priority: high"]


def test_huge_texts_take_no_time() -> None:
    was = "\n".join(f"word{n} " * 40 for n in range(2_000))
    now = "\n".join(f"word{n + n % 7} " * 40 for n in range(2_000))
    started = time.process_time()
    lines = [*differences("text", was, now, quoted=True)]
    assert lines[1].text == "2,000 lines → 2,000 lines"
    assert [*differences("text", "a b " * 100_000, "a c " * 100_000, quoted=True)][1].sign == "-"
    assert time.process_time() - started < 5
