import { describe, expect, it } from 'vitest';
import { variantFor } from './introspection-variant.js';

const URL_7662 = 'https://id.example.com/introspect';
const GOOGLE = 'https://oauth2.googleapis.com/tokeninfo';
const GITHUB = 'https://api.github.com/applications/Iv1.abc/token';

describe('the standard way', () => {
  const variant = variantFor(URL_7662);

  it('sends the token in a form, and the client in the header, escaped as RFC 6749 has it', () => {
    const request = variant.request(URL_7662, 'a+b', { id: 'a b', secret: 'c:d%' });

    expect(request).toMatchObject({ method: 'POST', body: 'token=a%2Bb&token_type_hint=access_token' });
    expect(request.headers?.['authorization']).toBe(
      `Basic ${Buffer.from('a+b:c%3Ad%25').toString('base64')}`,
    );
    expect(variant.request(URL_7662, 'x', undefined).headers).not.toHaveProperty('authorization');
  });

  it('keeps every claim of an active token', () => {
    const body = { active: true, sub: 'x', team: ['a'] };

    expect(variant.claims({ status: 200, body })).toEqual(body);
    expect(variant.claims({ status: 200, body: { active: false, sub: 'x' } })).toBeUndefined();
    expect(variant.claims({ status: 200, body: { active: 'true' } })).toBe('unusable');
    expect(variant.claims({ status: 401, body })).toBe('unusable');
  });
});

describe('Google', () => {
  const variant = variantFor(GOOGLE);

  it('is asked with a query, and answers with times as text and without an issuer', () => {
    expect(variant.request(GOOGLE, 'a/b', undefined).url).toBe(`${GOOGLE}?access_token=a%2Fb`);
    const claims = variant.claims({ status: 200, body: { sub: '1', aud: 'me', exp: '99', scope: 'openid' } });
    expect(claims).toEqual({
      sub: '1',
      aud: 'me',
      exp: 99,
      scope: 'openid',
      iss: 'https://accounts.google.com',
    });
    expect(variant.claims({ status: 400, body: {} })).toBeUndefined();
    expect(variant.claims({ status: 200, body: { sub: '1' } })).toBe('unusable');
  });
});

describe('GitHub', () => {
  const variant = variantFor(GITHUB);

  it('is asked with JSON, and names a user instead of a subject', () => {
    expect(variant.request(GITHUB, 't', { id: 'a', secret: 'b' })).toMatchObject({
      body: '{"access_token":"t"}',
      headers: { authorization: 'Basic YTpi' },
    });
    const body = { scopes: ['repo', 1], user: { id: 7, login: 'ann', email: null } };
    expect(variant.claims({ status: 200, body })).toEqual({
      iss: 'https://github.com',
      aud: 'https://github.com',
      sub: '7',
      login: 'ann',
      preferred_username: 'ann',
      scopes: ['repo'],
      scope: 'repo',
    });
    expect(variant.claims({ status: 404, body: {} })).toBeUndefined();
    expect(variant.claims({ status: 429, body: {} })).toBe('unusable');
  });

  it('is not taken for an address that only looks like it', () => {
    expect(variantFor('https://evil.example/?api.github.com/applications/x/token')).not.toBe(variant);
    expect(variantFor(URL_7662)).not.toBe(variant);
  });
});
