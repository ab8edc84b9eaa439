"""Check characters of ISO 7064: one pure system (MOD 11-2) and two hybrid ones (MOD 11,10 and MOD 37,36).

MOD 11-2 notices every single wrong character and every two characters swapped.  The hybrid systems notice every
single wrong character; of two neighbours swapped they miss a few pairs whose values follow each other (as 3 and 4).
"""

from tongban.rulebook.numbers.text import ALPHANUMERIC, DIGITS


def mod_11_2(digits: str) -> str:
    """Return the check character (0-9 or X) of a string of digits."""
    total = 0
    for digit in digits:
        total = (total + DIGITS.index(digit)) * 2 % 11
    return (DIGITS + "X")[(12 - total) % 11]


def mod_11_10(digits: str) -> str:
    """Return the check digit of a string of digits."""
    return _hybrid(digits, DIGITS)


def mod_37_36(text: str) -> str:
    """Return the check character (0-9A-Z) of a string of digits and capital letters."""
    return _hybrid(text, ALPHANUMERIC)


def _hybrid(text: str, alphabet: str) -> str:
    modulus = len(alphabet)
    carry = modulus
    for character in text:
        total = (carry + alphabet.index(character)) % modulus or modulus
        carry = 2 * total % (modulus + 1)
    return alphabet[(modulus + 1 - carry) % modulus]
