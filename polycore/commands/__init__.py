"""The commands of `python -m polycore`, one file for each. Nothing else in polycore imports them."""
