"""The factory that deploys a contract at an address fixed by its code (CREATE2)."""

FACTORY_ADDRESS = bytes.fromhex("4e59b44847b379578588920ca78fbf26c0b4956c")
"""Where public chains and test nodes carry a deterministic deployment factory."""

FACTORY_CODE = bytes.fromhex(
    "60203603"  # size = calldata size - 32
    "80"
    "60205f37"  # copy the init code, which follows the 32 bytes of salt, to memory 0
    "5f3590"  # load the salt, put it below the size
    "5f34"  # from memory 0, handing on the value
    "f5"  # CREATE2(value, 0, size, salt)
    "8015601b57"  # no address: revert
    "5f52"
    "6014600cf3"  # return the 20 bytes of the address
    "5b5f5ffd"
)
"""Our own code for the embedded chain; it takes `salt ‖ init code` as the others do."""
