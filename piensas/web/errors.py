"""Refusals become a status, a code and words: in this one place, for HTML and JSON alike."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from piensas.drawing.language import Speech
from piensas.model.refusals import Refusal, SignInRefused, TooFast, TooLong

STATUS = {
    "text_missing": 422,
    "details_missing": 422,
    "email_invalid": 422,
    "website_invalid": 422,
    "too_long": 422,
    "duplicate": 409,
    "too_fast": 429,
    "closed": 403,
    "login_required": 403,
    "parent_unavailable": 403,
    "not_found": 404,
    "too_late": 403,
    "votes_off": 403,
    "rejected": 403,
    "forged": 403,
    "email_taken": 403,
    "name_reserved": 403,
    "banned": 403,
    "signin_over": 403,
    "signin_cancelled": 403,
    "passkey_wrong": 403,
    "origin_unknown": 403,
    "provider_wrong": 502,
    "provider_silent": 503,
    "code_wrong": 422,
    "identity_taken": 409,
    "token_missing": 401,
    "token_wrong": 401,
    "scope_missing": 403,
    "key_reused": 422,
    "changed_meanwhile": 412,
    "too_many_programs": 422,
    "program_unclear": 422,
    "too_many_requests": 429,
    "malformed": 400,
    "unavailable": 503,
    "method_not_allowed": 405,
    "failed": 500,
}


class Problem(Struct, omit_defaults=True):
    """An error as programs read it (RFC 9457). `code` never changes; `field` names the input."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    field: str | None = None


def describe(refusal: Refusal, speech: Speech) -> Problem:
    return problem_of(refusal.code, words_for(refusal, speech), speech, refusal.field)


def problem_of(code: str, words: str, speech: Speech, field: str | None = None) -> Problem:
    status = STATUS[code]
    return Problem(f"/problems#{code}", title_of(code, speech), status, code, words, field)


def title_of(code: str, speech: Speech) -> str:
    _ = speech.gettext
    if code == "not_found":
        return _("Page not found")
    if code == "failed":
        return _("Something went wrong")
    return _("This could not be done")


def words_for(refusal: Refusal, speech: Speech) -> str:
    """The sentence for the reader."""
    if isinstance(refusal, TooLong):
        return too_long(refusal, speech)
    if isinstance(refusal, TooFast) and refusal.is_networks:
        return speech.gettext("Many comments are coming from your network at once. Please wait a moment.")
    words = WORDS.get(refusal.code, WORDS["malformed"])(speech.gettext)
    return words % {"provider": refusal.label} if isinstance(refusal, SignInRefused) else words


def too_long(refusal: TooLong, speech: Speech) -> str:
    name = FIELDS.get(refusal.field or "", FIELDS["text"])(speech.gettext)
    return speech.ngettext(
        "%(field)s may have %(limit)s characters at most: please take %(excess)s character away.",
        "%(field)s may have %(limit)s characters at most: please take %(excess)s characters away.",
        refusal.excess,
    ) % {
        "field": name,
        "limit": speech.number(refusal.limit),
        "excess": speech.number(refusal.excess),
    }


Say = Callable[[str], str]

FIELDS: dict[str, Callable[[Say], str]] = {
    "text": lambda _: _("Your comment"),
    "name": lambda _: _("Your name"),
    "email": lambda _: _("Your email address"),
    "website": lambda _: _("Your web address"),
}

WORDS: dict[str, Callable[[Say], str]] = {
    "text_missing": lambda _: _("Please type your comment text."),
    "details_missing": lambda _: _("Please fill the required fields (name, email)."),
    "email_invalid": lambda _: _("Please enter a valid email address."),
    "website_invalid": lambda _: _("Please enter a web address, such as https://example.com."),
    "duplicate": lambda _: _("Duplicate comment detected; it looks as though you've already said that!"),
    "too_fast": lambda _: _("You are posting comments too quickly. Slow down."),
    "closed": lambda _: _("Sorry, comments are closed for this story."),
    "login_required": lambda _: _("Sorry, you must be logged in to comment."),
    "parent_unavailable": lambda _: _("The comment you are replying to is no longer there."),
    "not_found": lambda _: _("There is nothing at this address."),
    "too_late": lambda _: _("The time in which you could change this comment is over."),
    "votes_off": lambda _: _("You cannot vote on this comment."),
    "rejected": lambda _: _("Sorry, this goes against the rules of this site and was not published."),
    "email_taken": lambda _: _(
        "This address belongs to a reader who logs in. Is it yours? Then log in; otherwise use another."
    ),
    "name_reserved": lambda _: _("This name looks like the newsroom's own. Please choose another."),
    "banned": lambda _: _("You can no longer write here."),
    "signin_over": lambda _: _(
        "This log-in took too long or was not begun in this browser. Please try again."
    ),
    "signin_cancelled": lambda _: _("You were not logged in with %(provider)s. Nothing is lost."),
    "origin_unknown": lambda _: _("Discussions may not stand under this page."),
    "passkey_wrong": lambda _: _("This passkey was not accepted. Please try again."),
    "provider_wrong": lambda _: _(
        "%(provider)s sent an answer that we cannot use. Choose another way, or write as a guest."
    ),
    "provider_silent": lambda _: _(
        "%(provider)s does not answer now. Choose another way, or write as a guest."
    ),
    "code_wrong": lambda _: _("That is not the code from the email. Please look again."),
    "identity_taken": lambda _: _("Another reader of this site logs in with this account."),
    "token_missing": lambda _: _("Only an app with a token of yours may do this."),
    "token_wrong": lambda _: _("This token is not known here, or no longer good."),
    "scope_missing": lambda _: _("This token was not made for that."),
    "key_reused": lambda _: _("This Idempotency-Key was used for another comment."),
    "changed_meanwhile": lambda _: _("It has changed meanwhile. Please read it again."),
    "too_many_programs": lambda _: _("You have given as many tokens as you may. Please end one first."),
    "program_unclear": lambda _: _("Please give it a name, and say what it may do."),
    "too_many_requests": lambda _: _("Too many requests. Please wait a moment."),
    "forged": lambda _: _("This did not come from a page of this site, so it was not done."),
    "malformed": lambda _: _("We could not read what your browser sent."),
    "unavailable": lambda _: _("Your comment is safe in this browser. Please try again in a moment."),
    "method_not_allowed": lambda _: _("That cannot be done at this address."),
    "failed": lambda _: _("That is our mistake, not yours. Please try again in a moment."),
}
