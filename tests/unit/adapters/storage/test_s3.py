"""What only a store in a bucket has to get right."""

from dataclasses import replace

import pytest

from adapters.storage.buckets import make_bucket
from adapters.storage.s3 import BucketAddress, S3Store
from errors import StorageUnavailable


async def test_a_wrong_secret_is_a_fault_of_the_store(s3_address: BucketAddress) -> None:
    store = S3Store(replace(s3_address, secret_access_key="wrong"))

    with pytest.raises(StorageUnavailable):
        await store.put("a.bin", b"x", "application/octet-stream")


async def test_a_bucket_that_does_not_answer_is_a_fault_of_the_store() -> None:
    address = BucketAddress(
        bucket="media",
        endpoint="http://127.0.0.1:1",
        access_key_id="a",
        secret_access_key="b",
        retries_max=0,
    )

    with pytest.raises(StorageUnavailable):
        await S3Store(address).stat("a.bin")


async def test_a_missing_bucket_is_made_and_made_again_without_harm(
    s3_address: BucketAddress,
) -> None:
    fresh = replace(s3_address, bucket="fresh")

    for _ in range(2):
        make_bucket(fresh)

    await S3Store(fresh).put("a.bin", b"x", "application/octet-stream")
    assert await S3Store(fresh).get("a.bin") == b"x"


def test_a_bucket_cannot_be_made_with_a_wrong_secret(s3_address: BucketAddress) -> None:
    with pytest.raises(StorageUnavailable):
        make_bucket(replace(s3_address, bucket="other", secret_access_key="wrong"))
