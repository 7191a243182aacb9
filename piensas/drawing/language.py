"""The interface in the reader's language: words, plurals, dates, numbers."""

from __future__ import annotations

import gettext
import io
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time, get_datetime_format, get_timezone_name
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

CATALOGUES = Path(__file__).parent.parent / "locales"
SECOND = 1_000
MINUTE = 60 * SECOND
LATEST = 253_402_128_000_000
"""Milliseconds of the last day but one that a `datetime` has in every zone."""


class Speech:
    """How one language says things, in the hours of one time zone. A language without a catalogue speaks
    English."""

    def __init__(self, language: str, timezone: str = "UTC") -> None:
        self.language = language
        self.zone = ZoneInfo(timezone)
        self.locale = find_locale(language)
        self._words = read_catalogue(language)
        self.gettext = self._words.gettext
        self.ngettext = self._words.ngettext
        self.direction = "rtl" if self.locale.text_direction == "rtl" else "ltr"
        self.date = lru_cache(10_000)(self._date)
        self._minute = lru_cache(10_000)(self._moment)
        self._thousands = lru_cache(10_000)(self._write_thousands)

    def name_of(self, language: str) -> str:
        """A language's own name for itself, as links to it say: "Español"."""
        locale = find_locale(language)
        return str(locale.get_display_name(locale)).capitalize()

    def number(self, number: int) -> str:
        """A count. Every comment makes one that has never been written, but its last three digits are written
        alike in every language, behind what stands before them."""
        before, last = divmod(number, 1_000)
        return f"{self._thousands(before)}{last:03}" if before > 0 else str(number)

    def _write_thousands(self, thousands: int) -> str:
        return str(format_decimal(thousands * 1_000, locale=self.locale)).removesuffix("000")

    def _date(self, millis: int) -> str:
        return format_date(as_datetime(millis, self.zone), "long", locale=self.locale)

    def moment(self, millis: int) -> str:
        """Date and time of day, which says in which zone."""
        return self._minute(millis // MINUTE)

    def _moment(self, minutes: int) -> str:
        when = as_datetime(minutes * MINUTE, self.zone)
        day = format_date(when, "medium", locale=self.locale)
        time = format_time(when, "short", tzinfo=self.zone, locale=self.locale)
        both = str(get_datetime_format("medium", self.locale)).replace("'", "")
        return both.replace("{1}", day).replace("{0}", f"{time} {self._zone_at(when)}")

    def _zone_at(self, when: datetime) -> str:
        """The zone's short name where the language has one (CLDR), otherwise how far it is from Greenwich."""
        name = get_timezone_name(when, "short", locale=self.locale)
        if name[0] not in "+-" and " " not in name:
            return name
        minutes = int((when.utcoffset() or timedelta()).total_seconds()) // 60
        hours, rest = divmod(abs(minutes), 60)
        ahead = f"{'-' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}" if minutes else ""
        return str(self.locale.zone_formats["gmt"] % ahead)


@cache
def speech_of(language: str, timezone: str = "UTC") -> Speech:
    return Speech(language, timezone)


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


def as_datetime(millis: int, zone: tzinfo = UTC) -> datetime:
    return datetime.fromtimestamp(min(millis, LATEST) / SECOND, zone)


def as_local(millis: int, zone: tzinfo) -> str:
    """What clocks in a zone show, without saying which zone that is."""
    return as_datetime(millis, zone).isoformat(timespec="seconds")[:19]


def as_iso(millis: int) -> str:
    """RFC 3339, in UTC, to the second."""
    return f"{as_local(millis, UTC)}Z"
