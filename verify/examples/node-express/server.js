// A service behind Sessionkeep: it accepts the server's access tokens, and never sees a password or a refresh token.
// Settings and routes are those of ../resource_server.rs.

import { randomUUID } from 'node:crypto';
import express from 'express';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

const {
  ISSUER = 'http://localhost:3000',
  AUDIENCE = 'sessionkeep',
  JWKS_URL = `${ISSUER}/.well-known/jwks.json`,
  ACCESS_TOKEN_SECRET,
  BIND_ADDR = '127.0.0.1:4000',
} = process.env;

/** Why a request is answered here and not by its handler. */
class Refusal extends Error {
  constructor(status, code, message, headers = {}) {
    super(message);
    Object.assign(this, { status, code, headers });
  }
}

const missing = () => new Refusal(401, 'TOKEN_MISSING', 'Sign in first.', { 'WWW-Authenticate': 'Bearer' });
const expired = () =>
  new Refusal(401, 'TOKEN_EXPIRED', 'The access token has expired.', {
    'WWW-Authenticate': 'Bearer error="invalid_token"',
  });
const invalid = () => new Refusal(403, 'TOKEN_INVALID', 'The access token is not valid.');
const forbidden = () => new Refusal(403, 'FORBIDDEN', 'Your role does not allow this.');
const unavailable = () =>
  new Refusal(503, 'UNAVAILABLE', 'The service is not available at the moment.', { 'Retry-After': '5' });

// The keys are kept for five minutes, and fetched again for a token that names one which is not among them: at most
// every ten seconds, whatever names somebody invents.
const published = createRemoteJWKSet(new URL(JWKS_URL), { cacheMaxAge: 300_000, cooldownDuration: 10_000 });

async function publicKey(header, token) {
  try {
    return await published(header, token);
  } catch (error) {
    // The keys are there, and the token's is not one of them. Anything else says nothing about the token.
    if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
    throw unavailable();
  }
}

// Each way with its own algorithms: a token must not choose how it is verified.
const [key, algorithms] = ACCESS_TOKEN_SECRET
  ? [new TextEncoder().encode(ACCESS_TOKEN_SECRET), ['HS256']]
  : [publicKey, ['EdDSA', 'ES256', 'RS256']];

const MAX_LIFETIME = 15 * 60;
const LEEWAY = 5;

/** What a genuine token in its time says. */
async function verify(token) {
  const { payload } = await jwtVerify(token, key, {
    algorithms,
    issuer: ISSUER,
    audience: AUDIENCE,
    typ: 'at+jwt',
    clockTolerance: 0,
    requiredClaims: ['sub', 'exp', 'iat', 'jti', 'sid', 'gen', 'ver', 'role'],
  });
  // Not `maxTokenAge`: with no tolerance it refuses a token of this second when the server's clock is one ahead.
  const { exp, iat } = payload;
  const timely = exp - iat >= 0 && exp - iat <= MAX_LIFETIME && iat <= Date.now() / 1000 + LEEWAY;
  if (!timely) throw invalid();
  return payload;
}

/** The token of the one `Authorization: Bearer` header. */
function bearer(req) {
  const sent = req.headersDistinct.authorization ?? [];
  if (sent.length === 0) throw missing();
  const token = sent.length === 1 && /^bearer (.+)$/i.exec(sent[0])?.[1];
  if (!token) throw invalid();
  return token;
}

/** Lets only requests with a good access token pass. Handlers find what it says in `req.claims`. */
async function requireAccessToken(req, res, next) {
  try {
    req.claims = await verify(bearer(req));
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw expired();
    throw error instanceof Refusal ? error : invalid();
  }
  next();
}

/** What a role may do here is the service's own affair. */
const requireRole = (role) => (req, res, next) => next(req.claims.role === role ? undefined : forbidden());

const app = express();
app.disable('x-powered-by');

app.get('/', (req, res) => res.send('Open to everybody.'));

app.get('/whoami', requireAccessToken, (req, res) => res.json({ userId: req.claims.sub, role: req.claims.role }));

app.get('/admin', requireAccessToken, requireRole('admin'), (req, res) => res.send('For administrators.'));

const orders = express.Router();
orders.use(requireAccessToken);
orders.get('/', (req, res) => res.json({ userId: req.claims.sub, orders: [] }));
app.use('/orders', orders);

// Refusals in the form that Sessionkeep's own have.
app.use((error, req, res, next) => {
  if (!(error instanceof Refusal)) return next(error);
  const requestId = req.get('x-request-id') ?? randomUUID();
  res.status(error.status).set({ 'Cache-Control': 'no-store', ...error.headers });
  res.json({ error: error.message, code: error.code, requestId });
});

const [, host, port] = /^(.*):(\d+)$/.exec(BIND_ADDR);
const server = app.listen(Number(port), host, (error) => {
  if (error) throw error;
  console.log(`http://${host}:${server.address().port}`);
});
