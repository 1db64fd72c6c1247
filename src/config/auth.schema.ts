import { z } from 'zod';
import {
  caCertPathKey,
  claimsSchema,
  onAnyMap,
  presentKeys,
  text,
  textList,
  webAddress,
} from './config-values.js';

const providerSchema = z
  .strictObject({
    name: text().describe('Name of the provider in logs.'),
    issuerUrl: webAddress().exactOptional().describe('Issuer; its discovery document names the rest.'),
    audience: text().exactOptional().describe('What the audience of a token must contain.'),
    jwksUrl: webAddress().exactOptional().describe('Address of the signing keys.'),
    introspectionUrl: webAddress().exactOptional().describe('Introspection endpoint for opaque tokens.'),
    clientId: text().exactOptional().describe('Client id for introspection.'),
    clientSecretFile: text().exactOptional().describe('File that holds the client secret.'),
    caCertPath: caCertPathKey,
    authTokenFile: text().exactOptional().describe('File that holds a bearer token for the key endpoint.'),
    allowPrivateIP: z.boolean().prefault(false).describe('Allow a provider on a private address.'),
  })
  .refine((value) => presentKeys(value, ['issuerUrl', 'jwksUrl', 'introspectionUrl']).length > 0, {
    ...onAnyMap,
    error: 'needs one of issuerUrl, jwksUrl or introspectionUrl',
  });

const oauthSchema = z.strictObject({
  resourceUrl: webAddress()
    .exactOptional()
    .describe('The protected resource; else the origin of the request.'),
  realm: text().prefault('mcp-registry').describe('Realm in `WWW-Authenticate`.'),
  scopesSupported: textList().exactOptional().describe('Scopes named in the protected-resource document.'),
  providers: z.array(providerSchema).min(1).describe('Identity providers, chosen by the issuer of a token.'),
});

const role = z.array(claimsSchema).exactOptional();

const rolesSchema = z.strictObject({
  superAdmin: role.describe('May do everything. Each item is a set of claims that a caller must have.'),
  manageSources: role.describe('May manage sources.'),
  manageRegistries: role.describe('May manage registries.'),
  manageEntries: role.describe('May publish and edit entries.'),
});

/** Who may read and write. */
export const authSchema = z
  .strictObject({
    mode: z
      .enum(['anonymous', 'oauth'])
      .exactOptional()
      .meta({ description: 'Whether callers need a token.', default: 'anonymous' }),
    publicPaths: z
      .array(text().regex(/^\//, { error: 'must start with /' }))
      .prefault([])
      .describe('Paths that need no token; `/v1` always does.'),
    oauth: oauthSchema.exactOptional().describe('Needed with `mode: oauth`.'),
    authz: z
      .strictObject({ roles: rolesSchema.prefault({}).describe('Who has which role.') })
      .exactOptional()
      .describe('Roles.'),
    allowAnonymousWrites: z.boolean().prefault(false).describe('Let everybody write in anonymous mode.'),
  })
  .superRefine((value, context) => {
    const { mode, oauth } = value as { readonly mode?: unknown; readonly oauth?: unknown };
    if (mode === 'oauth' && oauth === undefined) context.addIssue('mode oauth needs the oauth block');
    // A forgotten mode must not open what the oauth block was written to close.
    if (mode === undefined && oauth !== undefined) {
      context.addIssue(
        'has an oauth block but no mode: say mode: oauth, or mode: anonymous to leave it unused',
      );
    }
  }, onAnyMap)
  .transform(({ mode, ...rest }) => ({ ...rest, mode: mode ?? ('anonymous' as const) }))
  .meta({ id: 'auth' });
