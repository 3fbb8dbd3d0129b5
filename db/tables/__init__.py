"""Tables, one module for each domain that owns them."""
