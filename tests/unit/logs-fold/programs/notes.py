try:
    raise LookupError("no such user")
except LookupError as e:
    e.add_note("while reading users.csv")
    raise
