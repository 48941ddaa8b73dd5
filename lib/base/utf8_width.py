#!/usr/bin/env python3
"""Print the two tables of utf8_width.c, from Python's copy of the Unicode Character Database."""
import sys
import unicodedata as u

# Cf, but drawn: the soft hyphen and the marks that enclose the digits that follow.
VISIBLE = {0xAD, *range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
# Blocks whose unassigned code points are wide by default (EastAsianWidth.txt), and two that terminals and glibc
# have always drawn wide: circled numbers on squares, and the hexagrams (wide since Unicode 16).
WIDE_BLOCKS = [(0x3248, 0x324F), (0x3400, 0x4DFF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2FFFD), (0x30000, 0x3FFFD)]


def zero(c):
    if 0x1160 <= c <= 0x11FF or 0xD7B0 <= c <= 0xD7FF:  # Jamo that join the syllable before
        return True
    return u.category(chr(c)) in ("Mn", "Me", "Cf") and c not in VISIBLE


def wide(c):
    if any(a <= c <= b for a, b in WIDE_BLOCKS):
        return True
    return u.east_asian_width(chr(c)) in "WF" and u.category(chr(c)) != "Cn" and not zero(c)


def table(name, test):
    ranges = []
    for c in range(0x300, 0x110000):
        if 0xD800 <= c <= 0xDFFF or not test(c):
            continue
        if ranges and ranges[-1][1] == c - 1:
            ranges[-1][1] = c
        else:
            ranges.append([c, c])
    print("static const struct range %s[] = {" % name)
    for i in range(0, len(ranges), 5):
        print("\t" + " ".join("{ 0x%04x, 0x%04x }," % tuple(r) for r in ranges[i:i + 5]))
    print("};")


if __name__ == "__main__":
    print("/* Unicode %s, by utf8_width.py */" % u.unidata_version)
    print("/* clang-format off */")
    table("zero", zero)
    print()
    table("wide", wide)
    print("/* clang-format on */")
    sys.exit(0)
