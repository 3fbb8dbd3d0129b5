"""Bytes by key: one port, on a local disk or in any S3 bucket, served by signed URLs."""
