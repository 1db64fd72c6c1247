import type { ProviderAnswer, ProviderRequest } from './provider-client.js';

/** Who asks: the client that is registered for introspection. */
export interface IntrospectionClient {
  readonly id: string;
  readonly secret: string;
}

/** How one kind of endpoint is asked about a token, and what its answers mean. */
export interface IntrospectionVariant {
  request(url: string, token: string, client: IntrospectionClient | undefined): ProviderRequest;
  /** The claims of an active token; undefined for every other token, and `unusable` for what is no answer. */
  claims(answer: ProviderAnswer): Readonly<Record<string, unknown>> | 'unusable' | undefined;
}

const GOOGLE = 'https://oauth2.googleapis.com/tokeninfo';
const GITHUB = /^https:\/\/api\.github\.com\/applications\/[^/]+\/token$/;

/** The way in which the endpoint at an address wants to be asked. */
export function variantFor(url: string): IntrospectionVariant {
  if (url === GOOGLE) return google;
  return GITHUB.test(url) ? gitHub : standard;
}

/** RFC 7662, with the credentials in the header (RFC 6749, 2.3.1). */
const standard: IntrospectionVariant = {
  request(url, token, client) {
    return {
      url,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...basicAuth(client) },
      body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
      withoutProviderToken: client !== undefined,
    };
  },
  claims({ status, body }) {
    if (status !== 200 || typeof body['active'] !== 'boolean') return 'unusable';
    return body['active'] ? body : undefined;
  },
};

/** Google's `tokeninfo`: numbers arrive as text, and the issuer is not named. */
const google: IntrospectionVariant = {
  request: (url, token) => ({
    url: `${url}?access_token=${encodeURIComponent(token)}`,
    withoutProviderToken: true,
  }),
  claims({ status, body }) {
    if (status === 400) return undefined;
    const exp = Number(body['exp']);
    if (status !== 200 || !Number.isFinite(exp)) return 'unusable';
    return { ...body, exp, iss: 'https://accounts.google.com' };
  },
};

/** GitHub's "check a token": a user instead of a subject, and no time at which it ends. */
const gitHub: IntrospectionVariant = {
  request(url, token, client) {
    return {
      url,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-api-version': '2022-11-28',
        ...basicAuth(client),
      },
      body: JSON.stringify({ access_token: token }),
      withoutProviderToken: true,
    };
  },
  claims({ status, body }) {
    if (status === 404 || status === 422) return undefined;
    const { user, scopes } = body as {
      user?: { id?: unknown; login?: unknown; email?: unknown; name?: unknown };
    } & {
      scopes?: unknown;
    };
    if (status !== 200 || typeof user?.id !== 'number') return 'unusable';
    const site = 'https://github.com';
    const list = Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : [];
    return {
      iss: site,
      aud: site,
      sub: String(user.id),
      ...(typeof user.login === 'string' && { login: user.login, preferred_username: user.login }),
      ...(typeof user.email === 'string' && { email: user.email }),
      ...(typeof user.name === 'string' && { name: user.name }),
      scopes: list,
      scope: list.join(' '),
    };
  },
};

function basicAuth(client: IntrospectionClient | undefined): Readonly<Record<string, string>> {
  if (client === undefined) return {};
  const [id, secret] = [client.id, client.secret].map(formEncoded);
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}
