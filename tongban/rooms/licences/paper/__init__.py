"""Documents on paper and screen: set, sealed, signed, coded and checked.  A library: no table, no Django, no "now".

``typeset`` makes a page from a kind and its data, ``sign`` seals it, ``qr`` makes and reads the code printed on it,
``check`` says of any bytes whether they are a document of ours.  Import the module that is needed: the counter does not
pay for the signing library when it only looks at a code.
"""
