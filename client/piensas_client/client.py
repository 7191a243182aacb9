"""A connection to one site."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import httpx2
import msgspec

from piensas_client.shapes import (
    Comment,
    Comments,
    Draft,
    Me,
    Mine,
    Order,
    Problem,
    Side,
    Site,
    Stories,
    Story,
)

T = TypeVar("T")
PAGE = 100
TRIES = 3
LONGEST_PAUSE = 10.0
"""Seconds; a site that asks for a longer pause is told of as a refusal."""
USUAL_PAUSE = 0.5
"""Seconds before a site that is busy is asked again, where it does not say when."""


class Refused(Exception):
    """What was asked for was not done. `code` never changes; `retry_after` is in seconds, if it is known."""

    def __init__(self, problem: Problem, retry_after: float | None = None) -> None:
        super().__init__(f"{problem.code}: {problem.detail}")
        self.status = problem.status
        self.code = problem.code
        self.detail = problem.detail
        self.field = problem.field
        self.retry_after = retry_after


class Piensas:
    """A site's discussions, for a program: as a guest, or with the token of a reader."""

    def __init__(self, address: str, token: str = "", *, timeout: float = 30) -> None:
        self._client = httpx2.Client(base_url=f"{address.rstrip('/')}/api/v1", timeout=timeout)
        self.token = token

    def __enter__(self) -> Piensas:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def site(self) -> Site:
        return self._ask("GET", "/site", Site)

    def stories(self, language: str = "") -> Iterator[Story]:
        """The newest first."""
        for page in self._pages("/stories", Stories, language=language):
            yield from page.stories

    def story(self, story: str) -> Story:
        return self._ask("GET", f"/stories/{story}", Story)

    def find_story(self, page: str) -> Story | None:
        """The story under a page, by its address on the site or elsewhere."""
        found = self._ask("GET", "/stories", Stories, query={"page": page}).stories
        return found[0] if found else None

    def counts(self, *pages: str) -> dict[str, int]:
        """How many comments pages have, by their addresses: a hundred at most."""
        return self._ask("GET", "/counts", dict[str, int], query={"page": pages})

    def thread(self, story: str, order: Order | None = None) -> Iterator[Comment]:
        """Comments that answer none, each with its first replies. Whoever goes to the end meets each once."""
        for page in self._pages(f"/stories/{story}/comments", Comments, order=order):
            yield from page.comments

    def replies(self, story: str, comment: str) -> Iterator[Comment]:
        """Everything below a comment that answers none, in the order of arrival."""
        for page in self._pages(f"/stories/{story}/comments/{comment}/replies", Comments):
            yield from page.comments

    def newest(self) -> Iterator[Comment]:
        """The comments of the whole site, the newest first."""
        for page in self._pages("/comments", Comments):
            yield from page.comments

    def comment(self, story: str, comment: str) -> Comment:
        return self._one("GET", f"/stories/{story}/comments/{comment}")

    def write(self, story: str, draft: Draft, key: str = "") -> Comment:
        """The comment that the draft has become; `status` says whether it waits for a moderator.

        `key` makes sending it again the same comment; without one it is made for this call.
        """
        headers = {"idempotency-key": key or str(uuid.uuid4())}
        written = self._one("POST", f"/stories/{story}/comments", body=draft, headers=headers)
        self.token = written.token or self.token
        return written

    def edit(self, comment: Comment, text: str) -> Comment:
        """Refused where the comment has changed since it was read by itself."""
        return self._one("PATCH", path_of(comment), body={"text": text}, headers=match(comment))

    def withdraw(self, comment: Comment) -> Comment:
        return self._one("DELETE", path_of(comment), headers=match(comment))

    def vote(self, comment: Comment, side: Side | None) -> Comment:
        """For, against, or (None) neither any more."""
        if side is None:
            return self._one("DELETE", f"{path_of(comment)}/vote")
        return self._one("PUT", f"{path_of(comment)}/vote", body={"value": side})

    def me(self) -> Me:
        return self._ask("GET", "/me", Me)

    def rename(self, name: str) -> Me:
        return self._ask("PATCH", "/me", Me, body={"name": name})

    def my_comments(self) -> Iterator[Comment]:
        for page in self._pages("/me/comments", Comments):
            yield from page.comments

    def my_replies(self) -> Iterator[Comment]:
        """What others answered, the newest first."""
        for page in self._pages("/me/replies", Comments):
            yield from page.comments

    def mine(self, story: str) -> Mine:
        return self._ask("GET", f"/stories/{story}/mine", Mine)

    def export(self) -> dict[str, Any]:
        """Everything that the site knows of the reader."""
        return self._ask("GET", "/me/export", dict[str, Any])

    def _one(self, method: str, path: str, **how: Any) -> Comment:
        answer = self._send(method, path, **how)
        found = msgspec.json.decode(answer.content, type=Comment)
        return msgspec.structs.replace(found, etag=answer.headers.get("etag", ""))

    def _ask(self, method: str, path: str, shape: type[T], **how: Any) -> T:
        return msgspec.json.decode(self._send(method, path, **how).content, type=shape)

    def _pages(self, path: str, shape: type[T], **query: str | None) -> Iterator[T]:
        """Page after page, as `Link` leads (RFC 8288)."""
        answer = self._send("GET", path, query={"limit": PAGE} | {k: v for k, v in query.items() if v})
        while True:
            yield msgspec.json.decode(answer.content, type=shape)
            following = answer.links.get("next")
            if following is None:
                return
            there = httpx2.URL(following["url"])
            answer = self._send("GET", there.path.partition("/api/v1")[2], query=dict(there.params))

    def _send(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """What is safe to be sent again is, a few times: reading, voting for, and writing under a key."""
        own = dict(headers or {})
        if self.token:
            own["authorization"] = f"Bearer {self.token}"
        if body is not None:
            own["content-type"] = "application/json"
        content = None if body is None else msgspec.json.encode(body)
        is_safe = method in ("GET", "PUT") or "idempotency-key" in own
        tries = TRIES if is_safe else 1
        for left in reversed(range(tries)):
            try:
                answer = self._client.request(method, path, params=query, content=content, headers=own)
            except httpx2.TransportError:
                if not left:
                    raise
                continue
            if answer.is_success:
                return answer
            refusal = refusal_of(answer)
            if answer.status_code != 503 or not left or (refusal.retry_after or 0) > LONGEST_PAUSE:
                raise refusal
            asked = refusal.retry_after  # RFC 9110, 10.2.3; within bounds
            time.sleep(USUAL_PAUSE if asked is None else asked)
        raise AssertionError("every try ends in an answer or a fault")


def refusal_of(answer: httpx2.Response) -> Refused:
    """The problem that the site tells of, or one that says what came instead."""
    try:
        problem = msgspec.json.decode(answer.content, type=Problem)
    except msgspec.MsgspecError:
        problem = Problem("about:blank", "", answer.status_code, "unknown", answer.text[:200])
    after = answer.headers.get("retry-after", "")
    return Refused(problem, float(after) if after.isascii() and after.isdigit() else None)


def path_of(comment: Comment) -> str:
    return f"/stories/{comment.story}/comments/{comment.id}"


def match(comment: Comment) -> dict[str, str]:
    """Only if the comment is still as it was read, where that is known."""
    return {"if-match": comment.etag} if comment.etag else {}
