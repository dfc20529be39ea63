"""Trello: every card comes, and a board that is spoiled or broken is refused or read, never half."""

from random import Random
from typing import Any

from planner.importers.trello import read_trello
from tests.fuzz._json import DAYS, some, spoiled, written
from tests.fuzz.making import broken, brought, brought_or_refused, read_or_refused, said, text


def board(random: Random) -> dict[str, Any]:
    """Make a board."""
    cards = [card(random, at) for at in range(random.randint(1, 6))]
    names = ("To do", "Doing", "Done", "Ideas", text(random))
    return {
        "name": text(random),
        "desc": text(random),
        "lists": [
            {"id": f"l{at}", "name": random.choice(names), "pos": random.random(), **closed(random)}
            for at in range(random.randint(0, 4))
        ],
        "cards": cards,
        **some(
            random,
            labels=[{"id": f"t{at}", "name": text(random), "color": "green"} for at in range(3)],
            members=[{"id": f"m{at}", "fullName": text(random)} for at in range(3)],
            checklists=[checklist(random, at) for at in range(random.randint(0, 4))],
            customFields=[{"id": f"f{at}", "name": text(random)} for at in range(3)],
            actions=[action(random) for _ in range(random.randint(0, 4))],
        ),
    }


def closed(random: Random) -> dict[str, Any]:
    return {"closed": random.random() < 0.2}


def card(random: Random, at: int) -> dict[str, Any]:
    values = ({"text": text(random)}, {"number": "5"}, {"checked": "true"}, {"date": DAYS[0]}, None)
    more = some(
        random,
        desc=text(random),
        idList=f"l{random.randint(0, 5)}",
        pos=random.random(),
        labels=[{"name": random.choice([text(random), "P1", "blocked"]), "color": "red"}],
        idLabels=[f"t{random.randint(0, 4)}"],
        idMembers=[f"m{random.randint(0, 4)}"],
        due=random.choice([*DAYS, None]),
        dueComplete=random.random() < 0.5,
        shortUrl=text(random),
        idShort=at,
        attachments=[{"id": "a", "name": text(random), "url": text(random)} for _ in range(2)],
        customFieldItems=[
            {"idCustomField": f"f{random.randint(0, 4)}", "value": random.choice(values)}
            for _ in range(2)
        ],
    )
    return {"id": f"5f0e8e1a2b3c4d5e6f70819{at}", "name": said(random), **more, **closed(random)}


def checklist(random: Random, at: int) -> dict[str, Any]:
    items = [
        {"id": f"i{random.randint(0, 5)}", "name": text(random), "state": "complete", "pos": 1}
        for _ in range(random.randint(0, 4))
    ]
    on = f"5f0e8e1a2b3c4d5e6f70819{random.randint(0, 6)}"
    return {"id": f"k{at}", "idCard": on, "name": text(random), "checkItems": items}


def action(random: Random) -> dict[str, Any]:
    on = {"id": f"5f0e8e1a2b3c4d5e6f70819{random.randint(0, 6)}"}
    return {
        "type": random.choice(["commentCard", "updateCard"]),
        "date": random.choice(DAYS),
        "memberCreator": {"fullName": text(random)},
        "data": {"text": text(random), "card": on},
    }


def one_try(random: Random) -> None:
    """Import a board, then the same spoiled, then its bytes broken."""
    made = board(random)
    data = written(random, made)
    report = brought(read_trello, data)
    assert report.counts["card"].made == len(made["cards"])
    brought_or_refused(read_trello, data, written(random, spoiled(random, made)))
    brought_or_refused(read_trello, broken(random, data))
    read_or_refused(random, read_trello, data)
