"""Mistakes made on purpose are made where something is done, and are noticed where a test fails."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from mutation.__main__ import lines_of, read_same
from mutation.mistakes import Mistakes
from mutation.mutants import KINDS, list_mutants, make
from mutation.reach import Reach
from tests.some import some

HOME = Path(__file__).parent.parent
SOURCE = '''"""A file."""

LIMIT: int = 3


def allow(number: int | None, banned: bool = False) -> bool:
    """Not 4."""
    if banned:
        return False
    return number is not None and number < LIMIT
'''
TESTS = """
from piensas.few import allow

def test_few_are_allowed():
    assert allow(1) and not allow(9) and not allow(None)
"""
TRY = """
import sys
from pathlib import Path
from mutation.mutants import list_mutants
from mutation.trial import prepare, run_tests, try_mutant
there, tests = Path(sys.argv[1]), ["tests/test_few.py::test_few_are_allowed"]
prepare()
assert run_tests(there, tests) == 0
for mutant in list_mutants(there / "piensas/few.py"):
    found = try_mutant(there, mutant, tests)
    print(found.outcome, found.becomes, sep=": ")
"""


@pytest.fixture
def few(tmp_path: Path) -> Path:
    (tmp_path / "piensas").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "piensas/__init__.py").touch()
    (tmp_path / "piensas/few.py").write_text(SOURCE)
    (tmp_path / "tests/test_few.py").write_text(TESTS)
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    return tmp_path


@pytest.mark.parametrize("name", list(Mistakes()))
def test_each_kind_of_mistake_is_made_as_it_says(name: str) -> None:
    kind = Mistakes()[name]
    for before, after in some(kind.shown):
        assert mutate_code(before, kind(), 0).strip() == after.strip()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_mistake_is_known(kind: str) -> None:
    assert get_operator(kind)


def test_mistakes_are_made_where_something_is_done(few: Path) -> None:
    file = few / "piensas/few.py"
    found = {(mutant.kind.partition("/")[2], mutant.lines[0]) for mutant in list_mutants(file)}
    assert {("DropGuard", 8), ("DropCondition", 10), ("ReplaceComparisonOperator_Lt_LtE", 10)} <= found
    assert {line for _, line in found} == {3, 6, 8, 9, 10}
    assert {kind for kind, line in found if line == 6} == {"ReplaceFalseWithTrue"}, (
        "an annotation is not done"
    )
    assert [mutant.lines for mutant in list_mutants(file, {9})] == [(9, 9)]


def test_a_mistake_is_noticed_where_a_test_fails_with_it_and_is_gone_afterwards(few: Path) -> None:
    run = subprocess.run([sys.executable, "-c", TRY, few], cwd=HOME, capture_output=True, text=True)
    said = run.stdout.splitlines()
    assert "noticed: return number is not None or number < LIMIT" in said, run.stderr
    assert "noticed: return number is not None" in said
    assert "unnoticed: return number is not None and number <= LIMIT" in said
    assert "unnoticed: if False:" in said
    assert (few / "piensas/few.py").read_text() == SOURCE


def test_the_tests_of_a_mistake_come_by_its_lines_the_quickest_first() -> None:
    lines = {"a.py": {1: set[str](), 5: {"slow", "quick[postgresql]"}, 6: {"quick"}}}
    seconds = {"slow": 3.0, "quick": 0.1, "quick[postgresql]": 0.1}
    reach = Reach(lines, seconds, Counter(slow=10, quick=10) | Counter({"quick[postgresql]": 10}))
    assert reach.choose("a.py", (5, 6)) == ["quick", "slow", "quick[postgresql]"]
    assert reach.choose("a.py", (6, 6)) == ["quick"]
    assert reach.choose("a.py", (1, 1)) == ["quick", "slow", "quick[postgresql]"], "what is done at import"
    assert reach.choose("b.py", (1, 9)) == []


def test_what_changes_nothing_is_listed_with_a_reason_and_stands_in_the_code() -> None:
    for each in read_same():  # may be none: no such mistake has been found yet
        assert set(each) == {"file", "was", "becomes", "why"}
        assert each["why"]
        source = (HOME / each["file"]).read_text()
        made = [make(mutant, source) or "" for mutant in list_mutants(HOME / each["file"])]
        assert each["was"] in source
        assert any(each["becomes"] in file for file in made), each


def test_the_score_leaves_out_what_changes_nothing() -> None:
    (*_, row) = lines_of({"a.py": Counter(noticed=9, unnoticed=1, same=5)})
    assert row == "| a.py | 15 | 9 | 5 | 1 | 90% |"
