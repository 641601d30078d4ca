"""Models: a trained network with its metadata, predictions, evaluation, neurons, and weight file.

What weight files and run files share is here too: the archive, array headers, metadata and refusals.
"""
