"""All addresses that are no GraphQL: explorer, health, schema, files, what partners used."""
