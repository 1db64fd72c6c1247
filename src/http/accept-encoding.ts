/** Content codings that replies are offered in. */
export type ContentCoding = 'identity' | 'gzip' | 'br';

/** More members than any client sends; the rest is not read. */
const MAX_MEMBERS = 32;
const WEIGHT = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/** Clients send few different headers, so their choices are remembered; from this many on they are forgotten. */
const MAX_REMEMBERED = 256;
const remembered = new Map<string, ContentCoding>();

/**
 * The coding a client prefers by its `Accept-Encoding` (RFC 9110, 12.5.3). Brotli goes before gzip at equal
 * weight; no coding is preferred only when the client says so. Never fails: `identity` is the answer to
 * everything else, also to a client that refuses it.
 */
export function chooseCoding(acceptEncoding: string | undefined): ContentCoding {
  if (!acceptEncoding) return 'identity';
  const known = remembered.get(acceptEncoding);
  if (known !== undefined) return known;
  if (remembered.size === MAX_REMEMBERED) remembered.clear();
  const chosen = choose(acceptEncoding);
  remembered.set(acceptEncoding, chosen);
  return chosen;
}

function choose(acceptEncoding: string): ContentCoding {
  const weights = readWeights(acceptEncoding);
  const others = weights.get('*') ?? 0;
  const brotli = weights.get('br') ?? others;
  const gzip = weights.get('gzip') ?? weights.get('x-gzip') ?? others;
  const identity = weights.get('identity') ?? 0;
  if (brotli > 0 && brotli >= gzip && brotli >= identity) return 'br';
  if (gzip > 0 && gzip >= identity) return 'gzip';
  return 'identity';
}

function readWeights(header: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const member of header.split(',', MAX_MEMBERS)) {
    const [coding = '', ...parameters] = member.split(';').map((part) => part.trim().toLowerCase());
    weights.set(coding, readWeight(parameters));
  }
  return weights;
}

/** 1 without a weight, 0 for one that is none: a coding asked for in a broken way is not worth a guess. */
function readWeight(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  if (weight === undefined) return 1;
  return WEIGHT.test(weight) ? Number(weight) : 0;
}
