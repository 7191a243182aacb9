"""Nothing is acknowledged that is written to a file which is no longer the site's."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.newsroom import open_newsroom


@pytest.mark.parametrize("left", ["nothing", "an empty file", "a copy"])
def test_while_the_databases_file_is_elsewhere_nothing_is_acknowledged(tmp_path: Path, left: str) -> None:
    file = tmp_path / "piensas.db"
    with open_newsroom(f"sqlite:///{file}", tmp_path / "stories") as newsroom:
        reader = newsroom.person()
        reader.comment("Before.")
        moved = file.rename(tmp_path / "moved.db")
        if left != "nothing":
            file.write_bytes(moved.read_bytes() if left == "a copy" else b"")
        with capture_logs() as log:
            refused = reader.post("Meanwhile.", draft="draft-0001")
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert int(refused.headers["retry-after"]) > 0
        assert any(line["event"] == "database_moved" for line in log)
        assert "Before." in reader.read(f"{newsroom.story}?order=newest")

        moved.replace(file)
        assert reader.post("Meanwhile.", draft="draft-0001").status_code == 201
        assert newsroom.person().thread()["count"] == 2
