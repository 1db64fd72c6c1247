/** The lines that people read on a terminal; everything else reads JSON. */

const COLOURS: Readonly<Record<string, number>> = { debug: 90, info: 36, warn: 33, error: 31 };
/** Control characters would let a message move the cursor or change the colours of a terminal. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Writes one JSON log line as `12:34:56.789 WARN  [Sync] message key=value`, and its stack below. */
export function terminalLine(jsonLine: string, options: { readonly colour: boolean }): string {
  const { time, level, msg, context, stack, ...fields } = JSON.parse(jsonLine) as Record<string, unknown>;
  const clock = asText(time).slice(11, 23);
  const name = asText(level).toUpperCase().padEnd(5);
  const colour = COLOURS[asText(level)];
  const label = options.colour && colour !== undefined ? `\u001b[${colour}m${name}\u001b[0m` : name;
  const parts = [
    clock,
    label,
    ...(context === undefined ? [] : [`[${printable(asText(context))}]`]),
    printable(asText(msg)),
    ...Object.entries(fields).map(([key, value]) => printable(`${key}=${asText(value)}`)),
  ];
  const trace = stack === undefined ? '' : `\n${printable(asText(stack))}`;
  return `${parts.join(' ')}${trace}\n`;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function printable(text: string): string {
  return text.replace(CONTROL, '\uFFFD');
}
