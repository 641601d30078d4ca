"""What holds for every test."""

from pathlib import Path

from tests.scopes import WHOLE_FILES, WHOLE_FOLDER

ROOT = Path(__file__).parents[1]


def test_every_test_has_a_time_limit(request):
    assert request.config.pluginmanager.hasplugin("timeout")
    assert 0 < float(request.config.getini("timeout")) <= 300


def test_files_with_a_rule_of_their_own_are_there():
    assert [path for path in (*WHOLE_FILES, WHOLE_FOLDER) if not (ROOT / path).exists()] == []
