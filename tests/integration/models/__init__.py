"""The recommender from behaviour to answer, with nothing faked but the clock."""
