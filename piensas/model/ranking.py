"""How comments are ordered by what readers think of them."""

from __future__ import annotations

from math import sqrt

Z = 1.96
MILLION = 1_000_000


def wilson_score(ups: int, downs: int) -> int:
    """The lower bound of the 95 % Wilson interval for the share of up-votes, in millionths.

    A comment without votes scores 0. Source: E. B. Wilson, JASA 22 (1927), 209–212.
    """
    votes = ups + downs
    if votes == 0:
        return 0

    share = ups / votes
    margin = Z * sqrt((share * (1 - share) + Z * Z / (4 * votes)) / votes)
    return round(MILLION * (share + Z * Z / (2 * votes) - margin) / (1 + Z * Z / votes))
