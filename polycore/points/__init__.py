"""Points of the user's own, each of a named class: the value, tables of them, and the curves they lie on."""
