import { describe, expect, it } from 'vitest';
import { serveOptions, type ServeFlags } from './serve-flags.js';
import { UsageError } from './usage-error.js';

function refusalOf(flags: ServeFlags): unknown {
  try {
    serveOptions(flags);
  } catch (error) {
    return error;
  }
  throw new Error('was accepted');
}

describe('serveOptions', () => {
  it('serves OpenAPI unless told not to', () => {
    expect(serveOptions({})).toEqual({ openapi: true });
    expect(serveOptions({ openapi: false })).toEqual({ openapi: false });
  });

  it('hands everything else on as it was given', () => {
    const flags = { config: 'a.yaml', host: '::1', port: '0', internalAddress: 'off', authMode: 'anonymous' };

    expect(serveOptions(flags)).toEqual({ ...flags, openapi: true });
  });

  it('separates scopes by commas and white space', () => {
    expect(serveOptions({ oidcScopes: 'openid, registry:read  profile' }).oidcScopes).toEqual([
      'openid',
      'registry:read',
      'profile',
    ]);
  });

  it.each<ServeFlags>([
    { address: ':80', host: '::1' },
    { address: ':80', port: '81' },
  ])('finds wrong usage in %j', (flags) => {
    expect(refusalOf(flags)).toBeInstanceOf(UsageError);
  });

  it('lets a socket override addresses', () => {
    const flags = { address: ':80', host: '::1', socket: '/run/a.sock' };

    expect(serveOptions(flags)).toEqual({ ...flags, openapi: true });
  });
});
