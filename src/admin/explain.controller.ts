import type { IncomingMessage } from 'node:http';
import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Access } from '../auth/access.js';
import { AccessRules } from '../auth/access-rules.js';
import { principalOf } from '../auth/principal.js';
import { DomainError } from '../common/domain-error.js';
import { ReplyBytes } from '../http/reply-bytes.js';
import type { Claims } from '../model/claims.js';
import { ENTRY_KINDS, type EntryKind } from '../model/entry.js';
import { ExplainService } from './explain.service.js';

/** Longer claims are no question, in characters. */
const MAX_CLAIMS_LENGTH = 8192;

const ClaimsText = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

const ExplainQuery = z
  .object({
    entry: z.string().min(1).max(512).describe('Name of the entry'),
    kind: z.enum(ENTRY_KINDS).optional().describe('All kinds when absent'),
    claims: z
      .string()
      .max(MAX_CLAIMS_LENGTH)
      .optional()
      .describe(
        'Claims of the caller to explain for, as a JSON object; those of the asking caller when absent',
      ),
  })
  .transform(({ entry, kind, claims }): ExplainRequest => ({ entry, kind, claims }));

interface ExplainRequest {
  readonly entry: string;
  readonly kind: EntryKind | undefined;
  readonly claims: string | undefined;
}

/** Why somebody sees an entry, or does not. */
@ApiTags('identity')
@Access('superAdmin')
@Controller('v1/explain')
export class ExplainController {
  constructor(
    private readonly explanations: ExplainService,
    private readonly rules: AccessRules,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Explain who sees an entry, from which source, and why' })
  explain(
    @Req() request: IncomingMessage,
    @Query({ schema: ExplainQuery }) { entry, kind, claims }: ExplainRequest,
  ): ReplyBytes {
    const visibility =
      claims === undefined ? principalOf(request).visibility : this.rules.visibilityOf(readClaims(claims));
    const entries = this.explanations.explain(entry, kind, visibility);
    return ReplyBytes.json({ entries }, { cache: 'none' });
  }
}

/** @throws DomainError `invalid-request` */
function readClaims(text: string): Claims {
  try {
    return ClaimsText.parse(JSON.parse(text));
  } catch (error) {
    throw new DomainError('invalid-request', 'claims must be a JSON object of texts and lists of texts', {
      problems: [{ message: 'is not such an object', location: 'query.claims' }],
      cause: error,
    });
  }
}
