"""The optimizers' short names, for titles, legends and tables; their own input has longer ones."""

SHORT = {
    "adam": "Adam",
    "sgd": "SGD",
    "lbfgs": "L-BFGS",
    "evolution": "Evolution",
    "random-search": "Random search",
}
