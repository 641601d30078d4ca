"""Tables of labeled points as people have them: delimiters, decimal marks, headers, columns and labels."""
