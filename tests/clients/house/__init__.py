"""Apollo Client, urql and Relay, each by itself against the whole house."""
