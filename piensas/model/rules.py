"""The site's rules for its discussions: what an editor can set, with the defaults."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Order = Literal["oldest", "newest", "best", "discussed"]
ORDERS: tuple[Order, ...] = ("oldest", "newest", "best", "discussed")


class Rules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One discussion policy for the whole site; a story may only open, close or drop its own."""

    open_for_new_stories: bool = True
    require_name_and_email: bool = True
    require_login: bool = False
    close_after_days: Annotated[int, Meta(ge=0, le=36_500)] = 0
    offer_to_save_details: bool = True
    nesting: Annotated[int, Meta(ge=1, le=10)] = 5
    page_size: Annotated[int, Meta(ge=1, le=200)] = 50
    replies_shown: Annotated[int, Meta(ge=1, le=100)] = 10
    order: Order = "oldest"
    readers_choose_order: bool = True
    reserved_names: tuple[str, ...] = ()
    hold_everything: bool = False
    hold_first_comment: bool = True
    hold_links: Annotated[int, Meta(ge=0)] = 2
    hold_words: tuple[str, ...] = ()
    reject_words: tuple[str, ...] = ()
    whole_words: bool = False
    seconds_between_comments: Annotated[int, Meta(ge=0, le=86_400)] = 15
    edit_minutes: Annotated[int, Meta(ge=0, le=525_600)] = 15
    votes: Literal["off", "up", "both"] = "both"
    mentions: Literal["off", "held", "published"] = "held"
    avatars: Literal["off", "initials", "pattern"] = "initials"
    longest_text: Annotated[int, Meta(ge=1, le=65_525)] = 65_525
    longest_name: Annotated[int, Meta(ge=1, le=245)] = 245
    longest_email: Annotated[int, Meta(ge=3, le=100)] = 100
    longest_website: Annotated[int, Meta(ge=10, le=200)] = 200
