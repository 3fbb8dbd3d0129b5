"""Where things stand among what is found: the number of an entry is its place.

    number = bucket of popularity (the most popular first) · 2^48 + age (the newest first)

So an index by number gives the best first, and a page goes on behind a number. A thing that
moves to another bucket gets a second entry with a new number; the old one stays until two
generations later, and each walk of pages reads the entries of the generation it began in.
"""

BUCKETS = 16
BUCKET_SIZE = 2**48
LIVE = 2**31 - 1
"""The generation until which a live entry stands."""
NUMBER_MAX = BUCKETS * BUCKET_SIZE
"""Behind every number."""


def bucket_of(plays: int) -> int:
    """How popular: 0 for none, then one more for each four times as many plays."""
    assert plays >= 0, plays
    return min((plays.bit_length() + 1) // 2, BUCKETS - 1)


def bucket_numbers(bucket: int) -> range:
    """The numbers of a bucket; the popular come first."""
    assert 0 <= bucket < BUCKETS, bucket
    begin = (BUCKETS - 1 - bucket) * BUCKET_SIZE
    return range(begin, begin + BUCKET_SIZE)


def bucket_at(number: int) -> int:
    """The bucket that a number belongs to."""
    return BUCKETS - 1 - number // BUCKET_SIZE
