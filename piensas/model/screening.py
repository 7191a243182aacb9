"""What becomes of a comment that may be posted: published, held or rejected, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from piensas.model.comment import Status
from piensas.model.draft import Draft
from piensas.model.rules import Rules


class Verdict(msgspec.Struct, frozen=True):
    """A status and the reasons for it, for the desk. A published comment needs none."""

    status: Status
    reasons: tuple[str, ...] = ()


class Evidence(msgspec.Struct, frozen=True):
    """What screening looks at: the draft, how many links it has, and who sent it from where."""

    draft: Draft
    links: int
    is_known: bool
    address: str = ""


def screen(evidence: Evidence, rules: Rules) -> Verdict:
    """The site's rules in their order; the first that speaks decides, and all that speak are named."""
    rejected = tuple(f"word:{word}" for word in list_words_in(evidence, rules.reject_words, rules))
    if rejected:
        return Verdict("rejected", rejected)

    reasons = tuple(list_reasons_to_hold(evidence, rules))
    return Verdict("held" if reasons else "published", reasons)


def list_reasons_to_hold(evidence: Evidence, rules: Rules) -> Iterable[str]:
    if rules.hold_everything:
        yield "everything"
    if rules.hold_links and evidence.links >= rules.hold_links:
        yield f"links:{evidence.links}"
    for word in list_words_in(evidence, rules.hold_words, rules):
        yield f"word:{word}"
    if rules.hold_first_comment and not evidence.is_known:
        yield "first_comment"


def list_words_in(evidence: Evidence, words: tuple[str, ...], rules: Rules) -> list[str]:
    """The words found in text, name, e-mail, website or network address, whatever their case."""
    draft = evidence.draft
    where = "\n".join((draft.text, draft.name, draft.email, draft.website, evidence.address)).casefold()
    return [word for word in words if has_word(where, word.casefold(), whole=rules.whole_words)]


def has_word(where: str, word: str, *, whole: bool) -> bool:
    if not whole:
        return word in where
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", where) is not None
