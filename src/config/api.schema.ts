import { z } from 'zod';
import {
  caCertPathKey,
  duration,
  maxSizeKey,
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
    maxSize: maxSizeKey.describe('What is larger, one page or all of them together, is refused.'),
  })
  .transform(({ timeout, fullSyncInterval, ...rest }) => ({
    ...rest,
    timeoutMs: timeout,
    fullSyncIntervalMs: fullSyncInterval,
  }))
  .meta({ id: 'api' });
