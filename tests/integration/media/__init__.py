"""Media from files to streams, with nothing faked but the clock."""
