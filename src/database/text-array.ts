/** `text` in the catalogue of types of every PostgreSQL. */
const TEXT_OID = 25;
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;

/**
 * A parameter of type `text[]` in PostgreSQL's binary format (`array_recv`): dimensions, whether there are nulls, type of
 * the elements, length and lower bound, then each element behind its length. As text every quote of every document would
 * have to be escaped here and found again there.
 */
export function textArray(values: readonly (string | null)[]): Buffer {
  const lengths = values.map((value) => (value === null ? NULL_LENGTH : Buffer.byteLength(value)));
  const size = lengths.reduce((sum, length) => sum + LENGTH_BYTES + Math.max(length, 0), HEADER_BYTES);
  const bytes = Buffer.allocUnsafe(size);
  const header = [
    values.length === 0 ? 0 : 1,
    lengths.includes(NULL_LENGTH) ? 1 : 0,
    TEXT_OID,
    values.length,
    1,
  ];
  let at = 0;
  for (const number of header) at = bytes.writeInt32BE(number, at);
  for (const [index, value] of values.entries()) {
    at = bytes.writeInt32BE(lengths[index] ?? NULL_LENGTH, at);
    if (value !== null) at += bytes.write(value, at);
  }
  // An array without elements has no dimensions, and nothing behind the type.
  return values.length === 0 ? bytes.subarray(0, HEADER_BYTES - 2 * LENGTH_BYTES) : bytes;
}
