import { DocumentPart, type OfficialFinding } from './official-finding.js';
import { PUBLISHER_META } from './toolhive-format.js';

/** Bytes of compact JSON that the official registry stores of a publisher's own members. */
const MAX_PUBLISHER_BYTES = 4096;

/** What publishing to the official registry would refuse in `_meta`; all of it is kept here, so all are warnings. */
export function* checkMeta(document: DocumentPart): Iterable<OfficialFinding> {
  const meta = document.part('_meta');
  for (const key of meta.names()) {
    if (key === PUBLISHER_META) continue;
    const message = `The official registry takes only "${PUBLISHER_META}" in _meta: move this member below it to publish there.`;
    yield meta.warning(key, 'unknown-meta-key', message);
  }
  if (compactBytes(meta.part(PUBLISHER_META).raw()) <= MAX_PUBLISHER_BYTES) return;
  const message = `The publisher's block is above ${MAX_PUBLISHER_BYTES} bytes of compact JSON: shorten it.`;
  yield meta.warning(PUBLISHER_META, 'publisher-provided-too-large', message);
}

function compactBytes(value: unknown): number {
  if (value === undefined) return 0;
  try {
    return Buffer.byteLength(JSON.stringify(value));
  } catch (error) {
    // Nested too deeply to be written, which takes far more bytes than the limit.
    if (error instanceof RangeError) return Infinity;
    throw error;
  }
}
