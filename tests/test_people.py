"""Who is who, whatever people do and in whatever order they do it: see docs/trust.md."""

from __future__ import annotations

import hypothesis
from hypothesis.stateful import run_state_machine_as_test

from tests.crowd import Crowd
from tests.newsroom import Newsroom
from tests.providers import Tricksters
from tests.rounds import Rounds
from tests.test_embed import far_signing_in

__all__ = ["far_signing_in"]


def test_nobody_ever_sees_writes_as_or_gets_the_words_of_another(
    far_signing_in: Newsroom, providers: Tricksters, rounds: Rounds
) -> None:
    class Here(Crowd):
        newsroom = far_signing_in

    Here.providers = providers
    settings = hypothesis.settings(
        max_examples=rounds.crowds,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        print_blob=True,
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
    )
    run_state_machine_as_test(Here, settings=settings)
