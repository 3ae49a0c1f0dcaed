// Signs a token with jose. Arguments: the file of the key, the header, the claims.

import { readFileSync } from 'node:fs';
import { SignJWT, importPKCS8 } from 'jose';

const [file, ...json] = process.argv.slice(1);
const [header, claims] = json.map((text) => JSON.parse(text));
const text = readFileSync(file, 'utf8').trim();
const key = file.endsWith('.pem') ? await importPKCS8(text, header.alg) : new TextEncoder().encode(text);
process.stdout.write(await new SignJWT(claims).setProtectedHeader(header).sign(key));
