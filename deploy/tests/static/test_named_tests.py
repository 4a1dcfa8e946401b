"""Every test that a table of the documents names exists: a live test by its name, others by their file, and a function in it."""

import pathlib
import re

import pytest

DEPLOY = pathlib.Path(__file__).resolve().parents[2]
TESTS = DEPLOY / "tests"
DOCUMENTS = [DEPLOY / "README.md", TESTS / "README.md"]
LIVE = {path.name for path in (TESTS / "live").iterdir() if path.is_file()}
NAMED = re.compile(r"`((?:tests/)?(?:unit|static|live)/[\w/.-]+(?:::\w+)?|\d\d-[a-z][a-z0-9-]*)`")


def missing(text):
    found = []
    for name in NAMED.findall(text):
        file, _, function = name.removeprefix("tests/").partition("::")
        path = TESTS / file
        if "/" not in file:
            path = TESTS / "live" / file
        if not path.exists() or function and not re.search(rf"^def {function}\b", path.read_text(), re.MULTILINE):
            found.append(name)
    return found


def tables(document):
    """The rows of each table, its heading first, as lists of cells."""
    blocks = re.findall(r"(?:^\|.*\|\n)+", document.read_text(), re.MULTILINE)
    return [[[cell.strip() for cell in line.strip("|\n").split(" | ")] for line in block.splitlines()] for block in blocks]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_every_test_that_is_named_exists(document):
    assert NAMED.findall(document.read_text())
    assert missing(document.read_text()) == []


def test_a_test_that_does_not_exist_is_noticed():
    assert missing("`99-all`, `unit/test_none.py`, `unit/test_init.py::test_nothing`, `30-kolla`, `unit/test_init.py`") == [
        "99-all", "unit/test_none.py", "unit/test_init.py::test_nothing"]


@pytest.mark.parametrize(("document", "heading"), [(DOCUMENTS[0], "shown by, and how far"), (DOCUMENTS[1], "shown by")])
def test_every_row_names_a_test(document, heading):
    chosen = [table for table in tables(document) if table[0][-1] == heading]
    assert chosen
    for _, _, *rows in chosen:
        for row in rows:
            assert NAMED.search(row[-1]) or set(re.findall(r"`([a-z]+)`", row[-1])) & LIVE, row


def test_the_guide_says_how_far_each_test_goes():
    (guide,) = (table for table in tables(DOCUMENTS[0]) if table[0][0] == "the guide")
    assert len(guide) > 15
    for row in guide[2:]:
        assert re.search(r"real|rendered only|another release|arguments alone|simulated", row[-1]), row
