"""How hypothesis looks for examples."""

from hypothesis import settings

# The same examples at every run, so that a change is judged by what it changed. Machines are noisy: no test
# fails for being slow. `--hypothesis-profile=default` looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
