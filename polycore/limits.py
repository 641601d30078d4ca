"""What every network here keeps within, so that whatever trains can be saved and read back."""

MIN_CLASSES, MAX_CLASSES = 2, 24
MAX_LAYERS = 8
MAX_WIDTH = 512
MAX_PARAMETERS = 524_288
MAX_PARAMETER_SIZE = 1e6
