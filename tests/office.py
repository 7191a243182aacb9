"""A site while it is being filled with everything: its people, and whoever is outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from piensas.model.short import short_of
from piensas.outside import fetching
from piensas.store.database import Database
from tests.newsroom import Hands, Newsroom, Person
from tests.providers import Tricksters, open_letter_box, open_providers, with_providers
from tests.test_embed import HOST
from tests.test_mentions import Elsewhere, open_elsewhere
from tests.whole import Made, Whole, open_whole


class Office(Newsroom):
    """The site while it is being filled: its people, providers, and pages elsewhere that link to it."""

    whole: Whole
    providers: Tricksters
    elsewhere: Elsewhere
    known: dict[str, Person]

    @property
    def made(self) -> Made:
        return self.whole.made

    def person(self) -> Person:
        """As through a web server that speaks https for us: cookies for https are sent, too."""
        somebody = super().person()

        def bring_cookies(request: httpx.Request) -> None:
            if cookies := cookies_of(somebody):
                request.headers.setdefault("cookie", cookies)

        somebody.client.event_hooks = {"request": [bring_cookies]}
        return somebody

    def somebody(self, who: str) -> Person:
        if who not in self.known:
            self.known[who] = self.person()
        return self.known[who]

    def name(self, **names: str) -> None:
        self.made.names |= names

    def keep_story(self, name: str, path: str) -> str:
        id = self.person().read(path).split('data-story="', 1)[1].split('"', 1)[0]
        self.keep_known(name, id, path)
        return id

    def keep_known(self, name: str, id: str, path: str) -> None:
        """A story, by its id and one of its paths."""
        self.name(**{name: id, f"{name}_at": path, f"{name}_short": str(short_of(int(id)))})
        if name not in self.made.stories:
            self.made.stories.append(name)

    def keep_comment(self, name: str, id: str, story: str = "flight") -> None:
        there = f"{self.made.names[f'{story}_at']}/comments/{id}"
        self.name(**{name: id, f"{name}_at": there, f"{name}_short": str(short_of(int(id)))})
        self.name(**{f"{name}_in": self.made.names[story]})
        self.made.comments.append(name)

    def write(self, name: str, who: str, words: str, /, **fields: str) -> str:
        """A comment of somebody's under a story that is kept by name."""
        story = fields.pop("story", "flight")
        there = f"/stories/{self.made.names[story]}/comments"
        answer = self.somebody(who).send_json(there, {"text": words} | fields)
        assert answer.status_code == 201, answer.text
        id = str(answer.json()["comment"]["id"])
        self.keep_comment(name, id, story)
        return id

    def hold(self, who: str) -> None:
        """Whatever somebody's browser holds now is what it comes with later."""
        self.made.holds[who] = {"cookie": cookies_of(self.somebody(who))}


def cookies_of(person: Person) -> str:
    return "; ".join(f"{each.name}={each.value}" for each in person.client.cookies.jar)


@contextmanager
def open_office(whole: Whole, hands: Hands) -> Iterator[Office]:
    """With every way to sign in, and a site elsewhere that answers."""
    with (
        open_providers() as providers,
        open_letter_box(providers) as mail,
        open_elsewhere() as elsewhere,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(fetching, "find_public_address", find_here)
        whole.change_settings(origins=(HOST, f"http://127.0.0.1:{elsewhere.port}"))
        opened = open_whole(whole, hands, lambda settings: with_providers(settings, providers, mail))
        with opened as (there, settings):
            db = Database(whole.url)
            office = Office(there, settings, db, hands)
            office.whole, office.providers, office.elsewhere, office.known = whole, providers, elsewhere, {}
            try:
                yield office
            finally:
                office.close()
                db.close()


async def find_here(host: str, port: int) -> str:
    if host == "blog.test":
        return "127.0.0.1"
    raise fetching.NotFetched(f"{host}:{port} is not known here")
