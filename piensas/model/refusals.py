"""Why a deed was not done. Each refusal has a stable code; the doors turn it into words."""

from __future__ import annotations


class Refusal(Exception):
    """A deed that was not done. `code` never changes once released; `field` names the input.

    `is_counted`: what was written before it stays, which is when somebody asked; of any other nothing does.
    """

    code = "refused"
    field: str | None = None
    is_counted = False


class TextMissing(Refusal):
    code = "text_missing"
    field = "text"


class DetailsMissing(Refusal):
    code = "details_missing"

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class EmailInvalid(Refusal):
    code = "email_invalid"
    field = "email"


class WebsiteInvalid(Refusal):
    code = "website_invalid"
    field = "website"


class TooLong(Refusal):
    """`excess` characters more than the `limit` of `field`."""

    code = "too_long"

    def __init__(self, field: str, *, limit: int, excess: int) -> None:
        super().__init__(field, limit, excess)
        self.field = field
        self.limit = limit
        self.excess = excess


class Duplicate(Refusal):
    code = "duplicate"
    field = "text"


class TooFast(Refusal):
    """`retry_after` is in whole seconds. `is_networks`: others share the address that is too fast."""

    code = "too_fast"

    def __init__(self, *, retry_after: int, is_networks: bool = False) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after
        self.is_networks = is_networks


class Closed(Refusal):
    code = "closed"


class LoginRequired(Refusal):
    code = "login_required"


class ParentUnavailable(Refusal):
    code = "parent_unavailable"


class NotFound(Refusal):
    """There is no such thing, or this viewer may not know of it: both are answered alike."""

    code = "not_found"


class TooLate(Refusal):
    """The time in which authors may change their comment is over."""

    code = "too_late"


class VotesOff(Refusal):
    code = "votes_off"


class Rejected(Refusal):
    """The site's rules turned the comment down. It is kept for the desk."""

    code = "rejected"


class Forged(Refusal):
    """The request was made by another site's page."""

    code = "forged"


class Malformed(Refusal):
    """The request is not in a form that we read."""

    code = "malformed"


class OriginUnknown(Refusal):
    """The page is on a site that is not in `[embed] origins`, which is `origin`."""

    code = "origin_unknown"

    def __init__(self, origin: str) -> None:
        super().__init__(origin)
        self.origin = origin


class EmailTaken(Refusal):
    """A reader who can prove it has this address; who types it must prove it too."""

    code = "email_taken"
    field = "email"
    is_counted = True


class NameReserved(Refusal):
    """The name looks like that of somebody who runs the site."""

    code = "name_reserved"
    field = "name"


class Banned(Refusal):
    """This reader may no longer write here."""

    code = "banned"


class SignInRefused(Refusal):
    """Somebody could not be signed in. `label` names the provider, for the reader."""

    code = "signin_over"
    label = ""


class SignInOver(SignInRefused):
    """It was not begun in this browser, has been used, or took too long."""


class SignInCancelled(SignInRefused):
    code = "signin_cancelled"


class ProviderWrong(SignInRefused):
    """The provider's answer cannot be trusted or understood; the message says why, for the log."""

    code = "provider_wrong"


class PasskeyWrong(SignInRefused):
    """A passkey's answer is not to our question, not from its device, or cannot be read; the message says
    which, for the log."""

    code = "passkey_wrong"


class ProviderSilent(SignInRefused):
    """The provider does not answer."""

    code = "provider_silent"
    retry_after = 30


class CodeWrong(Refusal):
    """The code from the email is not this one."""

    code = "code_wrong"
    field = "code"


class IdentityTaken(SignInRefused):
    """Another reader signs in with this identity."""

    code = "identity_taken"


class Unavailable(Refusal):
    """The store does not answer in time. Sending the same draft again is safe, whatever became of it."""

    code = "unavailable"
    retry_after = 5


class TokenMissing(Refusal):
    """Only a program that somebody has given a token may do this."""

    code = "token_missing"


class TokenWrong(Refusal):
    """The token is none of ours, or no longer good."""

    code = "token_wrong"


class ScopeMissing(Refusal):
    """The token's reader has not allowed it this; `scope` says what."""

    code = "scope_missing"

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


class KeyReused(Refusal):
    """An `Idempotency-Key` stands for one comment, and has come with other words."""

    code = "key_reused"


class ChangedMeanwhile(Refusal):
    """What was to be changed is no longer as the program believes (`If-Match`)."""

    code = "changed_meanwhile"


class TooManyPrograms(Refusal):
    """A reader has given as many tokens as they may."""

    code = "too_many_programs"


class ProgramUnclear(Refusal):
    """A program needs a name, and something that it may do."""

    code = "program_unclear"
    field = "name"
