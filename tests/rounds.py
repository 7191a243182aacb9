"""How often what happens by chance is tried: enough to notice a relapse, or with `--long` to be sure."""

from __future__ import annotations

import msgspec
import pytest


class Rounds(msgspec.Struct, frozen=True):
    """How often processes are killed, many press a button at once, and examples are made up."""

    kills: int
    races: int
    examples: int
    requests: int
    """Of each operation of the API."""

    moments: int
    """At which what a site does now and then is cut short."""

    crowds: int
    """Of a few people, each of which does some thirty things."""


SHORT = Rounds(kills=20, races=3, examples=100, requests=20, moments=3, crowds=8)
LONG = Rounds(kills=200, races=20, examples=2_000, requests=100, moments=60, crowds=200)


def rounds_of(config: pytest.Config) -> Rounds:
    return LONG if config.getoption("--long") else SHORT
