/**
 * How much of `text` is left behind `word`, when `text` begins with it after one typing error was made in it: a letter
 * that is wrong, missing or too many, or two neighbours that changed places. -1 when it does not begin so.
 */
export function leftBehindTypo(text: string, word: string): number {
  let at = 0;
  while (at < word.length && word.charCodeAt(at) === text.charCodeAt(at)) at += 1;
  const isSwapped = text[at] === word[at + 1] && text[at + 1] === word[at];
  // The reading that leaves least is the nearest one.
  const left = [
    leftAfter(text, at, word, at + 1),
    leftAfter(text, at + 1, word, at + 1),
    isSwapped ? leftAfter(text, at + 2, word, at + 2) : -1,
    leftAfter(text, at + 1, word, at),
  ].filter((rest) => rest >= 0);
  return left.length === 0 ? -1 : Math.min(...left);
}

function leftAfter(text: string, from: number, word: string, wordFrom: number): number {
  if (wordFrom > word.length || from > text.length) return -1;
  const rest = word.length - wordFrom;
  for (let at = 0; at < rest; at += 1) {
    if (text.charCodeAt(from + at) !== word.charCodeAt(wordFrom + at)) return -1;
  }
  return text.length - from - rest;
}
