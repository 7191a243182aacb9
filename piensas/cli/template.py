"""What `piensas init` writes. Every setting is here, with its default and what it is for."""

SETTINGS = """\
# The settings of this site. Lines that begin with # show the default.
# Every setting can also be given in the environment: PIENSAS_SERVER_PORT=8080

[site]
name = {name}
# tagline = ""                     # stands under the name
address = {address}               # how readers reach the site, without a slash at the end
languages = {languages}           # the first one is the front page's
# timezone = "UTC"                 # of dates and times, such as "America/Mexico_City"
# greeting = ""                    # instead of "What do you think?" above the comment box
# colours = "reader"               # light, dark, or as the reader's device is set
# id = 1                           # only to keep several sites in one database

[stories]
folder = "stories"                 # Markdown files, published as they change

[database]
url = "sqlite:///piensas.db"       # or postgresql://user:password@host/name

[server]
# host = "127.0.0.1"               # 0.0.0.0 listens on every address
# port = 8000
# workers = 1                      # processes that answer side by side
# trusted_proxies = []             # addresses of the web servers in front, e.g. ["127.0.0.1"]:
#                                  # only what they say about a reader's address is believed
# ready_megabytes = 64             # memory for finished pages, for each worker

[discussion]
# open_for_new_stories = true
# require_name_and_email = true
# require_login = false
# close_after_days = 0             # 0: discussions do not close by age
# offer_to_save_details = true     # the box "Save my name, email, and website in this browser"
# nesting = 5                      # levels of replies, 1 to 10
# page_size = 50                   # top-level comments on a page
# replies_shown = 10               # replies under each of them; further ones have their own page
# order = "oldest"                 # oldest, newest, best or discussed
# readers_choose_order = true
# reserved_names = []              # names that only the newsroom writes under, with all that look alike
# hold_everything = false
hold_first_comment = {hold}       # until one comment of the same reader has been published
# hold_links = 2                   # hold comments with this many links; 0: never
# hold_words = []                  # looked for in text, name, email, website and network address
# reject_words = []
# whole_words = false              # true: "ass" is not found in "passage"
# seconds_between_comments = 15    # for one reader, email or network address; 0: no limit
# edit_minutes = 15                # in which authors may edit or withdraw
# votes = "both"                   # off, up, or both
# mentions = "held"                # pages elsewhere that link to a story: off, held, or published
# avatars = "initials"             # off, initials, or pattern
# longest_text = 65525             # characters; these four can only be set lower
# longest_name = 245
# longest_email = 100
# longest_website = 200

# Ways to sign in. One without a client_id is not offered. `piensas provider check NAME` says whether it
# works. Each must send readers back to {{address}}/signin/NAME/callback

[signin]
# by_mail = true                   # a link and a code by email, where [mail] is set
# stand_in = ""                    # one server for all four, for trying out on localhost

[wordpress]
# client_id = ""
# client_secret = ""

[google]
# client_id = ""
# client_secret = ""

[x]
# client_id = ""
# client_secret = ""

[facebook]
# client_id = ""                   # the app's id
# client_secret = ""               # the app's secret

# Any other that speaks OpenID Connect, under a name of your own:
# [openid.club]
# issuer = "https://accounts.example.org"
# client_id = ""
# client_secret = ""
# label = "Reading Club"
# scopes = "openid profile email"

[sso]
# address = ""                     # your own log-in page
# key = ""                         # a shared secret of 32 characters or more, or a public key in PEM
# label = "Subscriber"
# issuer = ""

[mail]
# host = ""
# port = 587
# user = ""
# password = ""
# security = "starttls"            # starttls, tls or none
# sender = ""                      # News <news@example.org>

[embed]
# origins = []                     # sites under whose pages discussions may stand: ["https://www.example.org"]

[api]
# requests_per_minute = 300        # from one network address, besides what is the same for everybody
"""

FIRST_STORY = """\
---
title: Our first story
published: {now}
authors: [The newsroom]
summary: Every file in this folder is a story. This one says how.
discussion: open
---

The lines above are the story's front matter: its title, its time, who wrote it. This is its text,
in Markdown. Change it, and the page changes while you watch.

> A quotation stands like this, with who said it.

A second file with the same name and another language, such as `welcome.es.md`, is the same story in
Spanish. Both have one discussion.
"""
