"""SECURITY.md: every threat has an answer, and every answer a test that is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
TABLE = SECURITY.partition("## Threats and answers")[2].partition("\n## ")[0]
ROWS = [line.strip("| ").split(" | ") for line in TABLE.splitlines() if line.startswith("| ")]
THREATS = [row for row in ROWS if row[0] != "threat"]


def test_the_table_has_a_row_for_each_threat():
    assert ROWS[0] == ["threat", "answer", "test"]
    assert len(THREATS) > 20
    assert all(len(row) == 3 for row in THREATS)


@pytest.mark.parametrize("row", THREATS, ids=lambda row: row[0])
def test_an_answer_names_tests_that_are_there(row):
    tests = re.findall(r"`([^`]+)`", row[2])
    assert ", ".join(f"`{test}`" for test in tests) == row[2]
    for test in tests:
        path, _, name = test.partition("::")
        source = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(r"^def (test_\w+)\(", source, flags=re.MULTILINE), test
        assert not name or re.search(rf"^def {name}\(", source, flags=re.MULTILINE), test
