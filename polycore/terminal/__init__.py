"""The process around a command: its terminal, the signals that end it, its standard streams."""
