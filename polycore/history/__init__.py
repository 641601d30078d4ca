"""What a run keeps of its past: measurements, snapshots of its parameters, training with other settings."""
