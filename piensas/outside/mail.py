"""Letters: plain text with an HTML version, handed to the site's mail server."""

from __future__ import annotations

import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

import aiosmtplib

from piensas.settings import Mail

SECONDS = 20


class NotSent(Exception):
    """The mail server did not take the letter. `for_good`: it never will."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


def write_letter(settings: Mail, to: str, subject: str, text: str, html: str) -> EmailMessage:
    """A letter that no machine answers (RFC 3834). Raises ValueError where a header cannot be one."""
    letter = EmailMessage()
    letter["From"] = settings.sender
    name, _, host = to.rpartition("@")
    letter["To"] = Address(username=name, domain=host)
    letter["Subject"] = " ".join(subject.split())
    letter["Date"] = formatdate(localtime=False)
    letter["Message-ID"] = make_msgid(domain=settings.sender.rpartition("@")[2].strip("> ") or None)
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text)
    letter.add_alternative(html, subtype="html")
    return letter


async def send_letter(settings: Mail, letter: EmailMessage) -> None:
    try:
        await aiosmtplib.send(
            letter,
            hostname=settings.host,
            port=settings.port,
            username=settings.user or None,
            password=settings.password or None,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            tls_context=ssl.create_default_context() if settings.security != "none" else None,
            timeout=SECONDS,
        )
    except aiosmtplib.SMTPResponseException as fault:
        raise NotSent(f"refused: {fault.code}", for_good=500 <= fault.code < 600) from fault
    except aiosmtplib.SMTPRecipientsRefused as fault:
        codes = [each.code for each in fault.recipients]
        raise NotSent(f"refused: {codes}", for_good=all(code >= 500 for code in codes)) from fault
    except OSError as fault:
        raise NotSent(str(fault)) from fault
    except (aiosmtplib.SMTPException, ValueError) as fault:
        raise NotSent(type(fault).__name__) from fault
