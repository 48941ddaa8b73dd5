def work(n):
    raise ValueError("part %d" % n)


def main():
    errors = []
    for n in (1, 2):
        try:
            work(n)
        except ValueError as e:
            errors.append(e)
    raise ExceptionGroup("some parts failed", errors)


main()
