import { JwksClient, type SigningKey } from 'jwks-rsa';
import type { Clock } from '../common/clock.js';
import type { Discovery } from './discovery.js';
import { KeySet } from './key-set.js';
import { type ProviderClient, uselessAnswer } from './provider-client.js';

/** More keys than this are not a key set but an attack. */
const MAX_KEYS = 100;

/** RFC 7517, 8.5.2: what the API server of Kubernetes alone gives, and what most others say that they give. */
const KEY_SET = 'application/jwk-set+json, application/json';

/** The signing keys that a provider publishes. */
export function providerKeys(client: ProviderClient, discovery: Discovery, clock: Clock): KeySet {
  async function fetchKeys(signal: AbortSignal): Promise<readonly SigningKey[]> {
    const url = await discovery.jwksUrl(signal);
    const keys = new JwksClient({
      jwksUri: url,
      // The library's own cache fetches once for each name of a key, and would forget keys while a provider is down.
      cache: false,
      fetcher: async () => ({ keys: await readKeys(client, url, signal) }),
    });
    try {
      return await keys.getSigningKeys();
    } catch (error) {
      discovery.forget();
      throw error;
    }
  }
  return new KeySet(() => client.exchange(fetchKeys), clock);
}

async function readKeys(client: ProviderClient, url: string, signal: AbortSignal): Promise<object[]> {
  const { status, body } = await client.ask({ url, headers: { accept: KEY_SET } }, signal);
  if (status !== 200) throw uselessAnswer(url, `answered ${status}`);
  const { keys } = body;
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) throw uselessAnswer(url, 'is no usable set of keys');
  return keys.filter((key: unknown): key is object => typeof key === 'object' && key !== null);
}
