"""Counts in words of every language."""

from __future__ import annotations

import pytest
from babel.numbers import format_decimal

from piensas.drawing.language import speech_of


@pytest.mark.parametrize("language", ["en", "es", "de", "fr", "hi", "ar", "pt-PT", "ja", "pl", "de-CH", "bn"])
def test_counts_are_written_as_the_language_writes_them(language: str) -> None:
    speech = speech_of(language)
    numbers = [
        *range(1_200),
        *range(9_990, 10_010),
        99_999,
        100_000,
        123_456,
        1_002_003,
        1_234_567,
        12_345_678,
    ]
    assert [speech.number(number) for number in numbers] == [
        format_decimal(number, locale=speech.locale) for number in numbers
    ]
