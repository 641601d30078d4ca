"""The live channel: the frames of runs on their way to browsers, and what draws them there."""
