/**
 * Quantiles of document sizes (bytes of compact JSON) in a catalogue as people really publish them: most are
 * small, a few carry the definitions of all their tools. Median 4.7 KB, mean about 14 KB, largest 145 KB.
 */
const REAL_QUANTILES = [
  [0, 1_400],
  [0.1, 1_700],
  [0.3, 2_050],
  [0.5, 4_700],
  [0.7, 10_000],
  [0.8, 18_500],
  [0.9, 43_000],
  [0.97, 74_000],
  [1, 145_000],
];

/** Draws the size of one document. @param {import('./seeded-random.mjs').SeededRandom} random @param {'real'|'2kb'} mode */
export function drawDocumentSize(random, mode) {
  if (mode === '2kb') return random.integer(1_700, 2_300);
  const draw = random.next();
  const above = REAL_QUANTILES.findIndex(([share]) => share >= draw);
  const [highShare, highSize] = REAL_QUANTILES[Math.max(above, 1)];
  const [lowShare, lowSize] = REAL_QUANTILES[Math.max(above, 1) - 1];
  const part = (draw - lowShare) / (highShare - lowShare);
  return Math.round(lowSize * (highSize / lowSize) ** part);
}
