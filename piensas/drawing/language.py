"""The interface in the reader's language: words, plurals, dates, numbers."""

from __future__ import annotations

import gettext
import io
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

CATALOGUES = Path(__file__).parent.parent / "locales"
SECOND = 1_000


class Speech:
    """How one language says things. A language without a catalogue speaks English."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = find_locale(language)
        self._words = read_catalogue(language)
        self.gettext = self._words.gettext
        self.ngettext = self._words.ngettext
        self.direction = "rtl" if self.locale.text_direction == "rtl" else "ltr"
        self.date = lru_cache(10_000)(self._date)
        self.moment = lru_cache(10_000)(self._moment)
        self.number = lru_cache(10_000)(self._number)

    def name_of(self, language: str) -> str:
        """A language's own name for itself, as links to it say: "Español"."""
        locale = find_locale(language)
        return str(locale.get_display_name(locale)).capitalize()

    def _number(self, number: int) -> str:
        return format_decimal(number, locale=self.locale)

    def _date(self, millis: int) -> str:
        return format_date(as_datetime(millis), "long", locale=self.locale)

    def _moment(self, millis: int) -> str:
        """Date and time of day, in UTC."""
        when = as_datetime(millis)
        day = format_date(when, "medium", locale=self.locale)
        return f"{day}, {format_time(when, 'short', locale=self.locale)}"


@cache
def speech_of(language: str) -> Speech:
    return Speech(language)


def read_catalogue(language: str) -> gettext.NullTranslations:
    for name in (language.replace("-", "_"), language.split("-")[0]):
        file = CATALOGUES / f"{name}.po"
        if file.exists():
            compiled = io.BytesIO()
            with file.open("rb") as source:
                write_mo(compiled, read_po(source, locale=name))
            compiled.seek(0)
            return gettext.GNUTranslations(compiled)
    return gettext.NullTranslations()


def find_locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def as_datetime(millis: int) -> datetime:
    return datetime.fromtimestamp(millis / SECOND, UTC)


def as_iso(millis: int) -> str:
    """RFC 3339, in UTC, to the second."""
    return as_datetime(millis).strftime("%Y-%m-%dT%H:%M:%SZ")
