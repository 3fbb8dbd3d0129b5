"""Apollo Client and urql, reading what comes in many answers."""
