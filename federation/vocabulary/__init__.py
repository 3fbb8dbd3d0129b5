"""The words of the federation specs: directives, links, field sets and join names."""
