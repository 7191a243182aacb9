"""A small site made by Pelican."""

SITENAME = "El diario"
SITEURL = "ORIGIN"
DEFAULT_LANG = "es"
TIMEZONE = "UTC"
PATH = "content"
THEME = "simple"
THEME_TEMPLATES_OVERRIDES = ["templates"]
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = None
