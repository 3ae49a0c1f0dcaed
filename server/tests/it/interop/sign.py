"""Signs a token with PyJWT. Arguments: the file of the key, the header, the claims."""

import json
import pathlib
import sys

import jwt

header, claims = (json.loads(text) for text in sys.argv[2:])
key = pathlib.Path(sys.argv[1]).read_text().strip()
print(jwt.encode(claims, key, algorithm=header["alg"], headers=header), end="")
