import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';

const ISSUER = 'https://issuer.example';
const AUDIENCE = 'bench';
const LIFE_SECONDS = 3_600;

/**
 * An identity provider with one key, on 127.0.0.1: what a configuration has to say about it, and a token of it.
 * @param {Record<string, unknown>} claims of the token besides the usual ones
 */
export async function startTokenIssuer(claims) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256', use: 'sig' };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [key] }));
  });
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const jwksUrl = `http://127.0.0.1:${server.address().port}/keys`;
  const provider = { name: 'bench', issuerUrl: ISSUER, audience: AUDIENCE, jwksUrl, allowPrivateIP: true };
  return {
    auth: { mode: 'oauth', oauth: { providers: [provider] }, authz: { roles: {} } },
    token: makeToken(privateKey, claims),
    close: () => server.close(),
  };
}

function makeToken(key, claims) {
  const now = Math.floor(Date.now() / 1000);
  const standard = { iss: ISSUER, aud: AUDIENCE, sub: 'bench', iat: now, exp: now + LIFE_SECONDS };
  const parts = [
    { alg: 'ES256', typ: 'JWT', kid: 'one' },
    { ...standard, ...claims },
  ];
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}
