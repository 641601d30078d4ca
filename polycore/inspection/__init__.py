"""The inside of a network: forward pass step by step, fold lines, neuron values, and the report."""
