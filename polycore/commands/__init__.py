"""What `python -m polycore` does, one file a command. Nothing else in polycore imports these."""
