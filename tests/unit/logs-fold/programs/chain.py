import json


class CardDeclined(Exception):
    pass


def parse(text):
    return json.loads(text)


def charge(order):
    try:
        parse("{nope")
    except ValueError as e:
        raise CardDeclined("order %d" % order) from e


def main():
    try:
        charge(17)
    except CardDeclined:
        {}["missing"]


main()
