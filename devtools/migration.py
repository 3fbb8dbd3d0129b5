"""Write a migration: `python -m devtools.migration media "add plays"`."""

import asyncio
import sys

from db.migrate import BRANCHES, write_migration

if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in BRANCHES:
        sys.exit(f"usage: python -m devtools.migration BRANCH MESSAGE; branches: {BRANCHES}")
    asyncio.run(write_migration(sys.argv[1], sys.argv[2]))
