"""What boto3 does of the S3 dialect, which the byte client leaves out: a bucket is made."""

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from adapters.storage.s3 import BucketAddress
from errors import StorageUnavailable

THERE_ALREADY = frozenset({"BucketAlreadyOwnedByYou", "BucketAlreadyExists"})
CHECKSUMS = "when_required"
"""Not every server of the dialect knows the newer checksums; a signature covers the rest."""


def make_bucket(address: BucketAddress) -> None:
    """Make the bucket unless it is there; blocks, so call it where nothing waits.

    Raises:
        StorageUnavailable: the server does not answer, or does not let us.
    """
    try:
        connect(address).create_bucket(Bucket=address.bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in THERE_ALREADY:
            raise StorageUnavailable(f"The bucket cannot be made: {error}") from error
    except BotoCoreError as error:
        raise StorageUnavailable(f"The S3 server does not answer: {error}") from error


def connect(address: BucketAddress) -> Any:
    """A client for the bucket's server; threads may share it. Its calls block."""
    return boto3.client(
        "s3",
        endpoint_url=address.endpoint,
        region_name=address.region,
        aws_access_key_id=address.access_key_id,
        aws_secret_access_key=address.secret_access_key,
        config=Config(
            signature_version="s3v4",
            connect_timeout=address.timeout_seconds,
            read_timeout=address.timeout_seconds,
            retries={"total_max_attempts": address.retries_max + 1},
            request_checksum_calculation=CHECKSUMS,
            response_checksum_validation=CHECKSUMS,
            s3={"addressing_style": "auto" if address.endpoint is None else "path"},
        ),
    )
