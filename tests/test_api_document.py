"""The API's document against the API: schemathesis, which we did not write, asks everything that it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from piensas.settings import Api
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom
from tests.providers import Tricksters, open_letter_box, with_providers
from tests.rounds import Rounds
from tests.test_api import Program, make_token, signed_in

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)


@pytest.fixture
def busy(open_site: OpenNewsroom, providers: Tricksters) -> Newsroom:
    """A site that does not slow programs down, with a comment on it."""
    with open_letter_box(providers) as mail:
        return open_site(
            lambda settings: replace(
                with_providers(settings, providers, mail), api=Api(requests_per_minute=1_000_000)
            )
        )


@pytest.mark.parametrize("known", [True, False], ids=["with a token", "without"])
def test_no_answer_is_a_fault_or_undocumented(
    busy: Newsroom, providers: Tricksters, known: bool, tmp_path: Path, rounds: Rounds
) -> None:
    Program(busy).comment("There is something to read.")
    token = make_token(signed_in(busy, providers), "read", "write", "account")
    options = ["--header", f"Authorization: Bearer {token}"]
    done = subprocess.run(
        [
            *(SCHEMATHESIS, "run", f"{busy.address}/api/openapi.json"),
            *(
                "--checks",
                ",".join(CHECKS),
                "--max-examples",
                str(rounds.requests),
                "--seed",
                "1",
                "--workers",
                "1",
            ),
            *("--continue-on-failure", "--no-color"),
            *(options if known else ()),
        ],
        capture_output=True,
        text=True,
        timeout=600,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)
