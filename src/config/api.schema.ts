import { z } from 'zod';
import {
  byteSize,
  caCertPathKey,
  duration,
  onAnyMap,
  presentKeys,
  text,
  textList,
  webAddress,
} from './config-values.js';

const apiAuthSchema = z
  .strictObject({
    tokenFile: text().exactOptional().describe('File that holds a bearer token.'),
    clientCredentials: z
      .strictObject({
        tokenUrl: webAddress().describe('Token endpoint.'),
        clientId: text().describe('Client id.'),
        clientSecretFile: text().describe('File that holds the client secret.'),
        scopes: textList().exactOptional().describe('Scopes to ask for.'),
      })
      .exactOptional()
      .describe('OAuth 2.0 client credentials.'),
  })
  .refine((value) => presentKeys(value, ['tokenFile', 'clientCredentials']).length === 1, {
    ...onAnyMap,
    error: 'needs exactly one of tokenFile or clientCredentials',
  });

/** Another registry that speaks the Registry API. */
export const apiSchema = z
  .strictObject({
    endpoint: webAddress().describe('Base address, with or without `/v0.1`.'),
    timeout: duration({ max: '5m' }).prefault('10s').describe('Longest time for each request, at most 5m.'),
    auth: apiAuthSchema.exactOptional().describe('Credentials.'),
    headers: z.record(text(), z.string()).exactOptional().describe('Further request headers.'),
    caCertPath: caCertPathKey,
    incremental: z
      .boolean()
      .prefault(true)
      .describe('Ask only for what changed since the last round, where the registry understands that.'),
    fullSyncInterval: duration().prefault('24h').describe('How often everything is read again.'),
    // A registry comes in pages that are never held together, so only disk and time bound the whole.
    maxSize: byteSize()
      .prefault('4GiB')
      .describe('What all pages together may have. One page may have as much, at most 64MiB.'),
  })
  .transform(({ timeout, fullSyncInterval, ...rest }) => ({
    ...rest,
    timeoutMs: timeout,
    fullSyncIntervalMs: fullSyncInterval,
  }))
  .meta({ id: 'api' });
