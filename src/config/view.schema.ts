import { z } from 'zod';
import { NetworkList } from '../common/network-list.js';
import { parseTimestamp } from '../model/timestamp.js';
import { claimsSchema, duration, onAnyMap, presentKeys, text } from './config-values.js';
import { checkUniqueNames, NEW_NAME } from './names.schema.js';

/** Networks of one view. */
const MAX_NETWORKS = 64;

const network = text().refine(isNetwork, { error: 'must be an IP address or a network such as 10.0.0.0/8' });

const instant = z
  .string()
  .refine((value) => parseTimestamp(value) !== undefined, {
    error: 'must be a date and time such as 2027-01-31T00:00:00Z',
  })
  .meta({ title: 'date and time' });

/** What every client view has, wherever it is made. */
const viewKeys = {
  name: z
    .string()
    .regex(NEW_NAME, {
      error: 'must be lower-case letters, digits, dots, hyphens and underscores, at most 63',
    })
    .describe('Name of the view, in lists and in the audit log.'),
  registry: text().describe('The registry that it shows.'),
  claims: claimsSchema
    .exactOptional()
    .describe('What its callers may see: what callers with these claims see.'),
  expires: instant.exactOptional().describe('When it ends.'),
  allowedCidrs: z
    .array(network)
    .max(MAX_NETWORKS)
    .prefault([])
    .describe('Addresses and networks that it may be used from; all when empty.'),
};

/** A view that is made while the program runs; it gets a token of its own. */
export const newViewSchema = z.strictObject(viewKeys).meta({ id: 'NewView' });

export type NewView = z.output<typeof newViewSchema>;

/** How a token is replaced. */
export const viewRotationSchema = z
  .strictObject({
    overlap: z
      .union([z.enum(['0', '0s']).transform(() => 0), duration({ max: '720h' })])
      .prefault('24h')
      .describe('How long the token before goes on working: 0s to 720h.'),
  })
  .meta({ id: 'ViewRotation' });

const configuredView = z
  .strictObject({
    ...viewKeys,
    tokenFile: text()
      .exactOptional()
      .describe('File with its token, or with two of them in two lines; read again when it changes.'),
    tokenSha256: z
      .array(z.string().regex(/^[0-9a-f]{64}$/, { error: 'must be a SHA-256 in lower-case hexadecimal' }))
      .min(1)
      .max(2)
      .exactOptional()
      .describe('SHA-256 of its token, or of two of them, in place of a file.'),
  })
  .refine((value) => presentKeys(value, ['tokenFile', 'tokenSha256']).length === 1, {
    ...onAnyMap,
    error: 'needs one of tokenFile or tokenSha256',
  });

/** Client views of the configuration. */
export const viewsSchema = z
  .array(configuredView)
  .superRefine((items, context) => checkUniqueNames(items, context, 'view'))
  .meta({ id: 'views' });

function isNetwork(value: string): boolean {
  try {
    void new NetworkList([value]);
    return true;
  } catch {
    return false;
  }
}
