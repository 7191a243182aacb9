"""What the store has answered since the last commit, so that it is asked once for all the pages that one
answer proves, and once for the revisions of all the stories that are being read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Connection

from piensas.model.refusals import Unavailable
from piensas.store.changes import list_revisions
from piensas.store.database import Database
from piensas.store.stories import find_story_revision

Question = tuple[Callable[..., Any], tuple[Any, ...]]
"""Of the store, with what it is about; a story's is `find_story_revision` of (site, story)."""
Answers = dict[Question, Any]
UNKNOWN = object()
"""An answer like no other."""
MOST_AT_ONCE = 500
"""Stories whose revisions one question asks for."""


class Proof(msgspec.Struct, frozen=True):
    """`question(db, *args)` gave `answer` when the page was drawn, at the database's `mark`.

    `until`, in milliseconds since 1970, is when the page expires of itself.
    """

    question: Callable[..., Any]
    args: tuple[Any, ...]
    answer: Any
    mark: bytes
    until: int | None = None


class Proofs:
    """The answers at one mark; with the mark they go."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._mark = b""
        self._known: Answers = {}
        self._used: set[Question] = set()
        self._before: set[Question] = set()
        self._asking: dict[Question, asyncio.Future[None]] = {}

    def answer_here(self, proof: Proof, mark: bytes) -> Any:
        """What the store says at a mark, without waiting: `UNKNOWN` where it cannot say so on this thread
        and has not been asked since the commit."""
        question = self._use(proof, mark)
        if question not in self._known:
            if not self._db.is_local:
                return UNKNOWN
            self._known |= self._db.ask(ask_together, self._with_others(question))
        return self._known[question]

    async def answer(self, proof: Proof, mark: bytes) -> Any:
        """What the store says at a mark. Who comes while it is being asked that waits for what it says."""
        question = self._use(proof, mark)
        if question in self._asking:
            await asyncio.shield(self._asking[question])
        if self._mark == mark and question in self._known:
            return self._known[question]
        answers = await self._ask(self._with_others(question))
        if self._mark == mark:
            self._known |= answers
        return answers[question]

    async def _ask(self, questions: list[Question]) -> Answers:
        asking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asking |= dict.fromkeys(questions, asking)
        try:
            return await self._db.read(ask_together, questions)
        except Unavailable as refusal:
            asking.set_exception(refusal)  # who waits would only be told the same
            asking.exception()
            raise
        finally:
            for question in questions:
                if self._asking.get(question) is asking:
                    del self._asking[question]
            if not asking.done():
                asking.set_result(None)

    def _use(self, proof: Proof, mark: bytes) -> Question:
        if mark != self._mark:
            self._before = self._used
            self._mark, self._known, self._used, self._asking = mark, {}, set(), {}
        question = proof.question, proof.args
        self._used.add(question)
        return question

    def _with_others(self, question: Question) -> list[Question]:
        """The first question after a commit takes along those about the stories that were read before it."""
        revisions = [each for each in self._before if each[0] is find_story_revision and each != question]
        self._before = set()
        return [question, *revisions[:MOST_AT_ONCE]]


def ask_together(db: Connection, questions: list[Question]) -> Answers:
    """The answers to all, from one state of the store."""
    answers: Answers = {}
    stories = [args for question, args in questions if question is find_story_revision]
    if len(stories) > 1:
        found = list_revisions(db, stories[0][0], [story for _, story in stories])
        answers = {(find_story_revision, args): found.get(args[1]) for args in stories}
    for question, args in questions:
        if (question, args) not in answers:
            answers[question, args] = question(db, *args)
    return answers
