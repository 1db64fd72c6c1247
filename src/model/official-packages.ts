import { checkVersion } from './official-fields.js';
import { DocumentPart, type OfficialFinding } from './official-finding.js';
import { CURRENT_DATE, type SchemaDate } from './official-schema-date.js';
import { checkPackageTransport } from './official-transports.js';

const NAME_HAZARDS = /[<> $]/;
/** The one schema that names the members of a package in snake_case, which the write API never took. */
const SNAKE_CASE: SchemaDate = '2025-07-09';
/** From this schema on, a package needs no version. */
const VERSION_OPTIONAL_SINCE: SchemaDate = '2025-10-11';

/** The rules on one package that need no look at its own registry. */
export function* checkPackage(part: DocumentPart, date: SchemaDate): Iterable<OfficialFinding> {
  yield* checkOwnSchema(part, date);
  yield* checkVersion(part);
  if (part.text('identifier')?.includes(' ') === true) {
    const message = 'A package identifier holds no blanks: write it as its registry does.';
    yield part.error('identifier', 'package-name-has-spaces', message);
  }
  const inputs = [...part.parts('runtimeArguments'), ...part.parts('packageArguments')];
  for (const argument of inputs) yield* checkArgument(argument);
  const names = [...inputs, ...part.parts('environmentVariables')].flatMap((input) => [
    input.text('name'),
    input.text('valueHint'),
  ]);
  yield* checkPackageTransport(
    part.part('transport'),
    new Set(names.filter((name) => name !== undefined)),
    date,
  );
}

function* checkOwnSchema(part: DocumentPart, date: SchemaDate): Iterable<OfficialFinding> {
  if (date === SNAKE_CASE) {
    const message = `The schema of ${date} has packages in snake_case, which the official registry no longer takes: name the schema of ${CURRENT_DATE}.`;
    yield { pointer: part.pointer, code: 'schema', message, severity: 'error' };
    return;
  }
  if (date >= VERSION_OPTIONAL_SINCE || !part.lacks('version')) return;
  const message = `The schema of ${date} needs a version for every package: add it.`;
  yield part.error('version', 'schema', message);
}

function* checkArgument(argument: DocumentPart): Iterable<OfficialFinding> {
  const type = argument.part('type').raw();
  if (typeof type !== 'string') return;
  if (type === 'named') {
    yield* checkNamedArgument(argument);
    return;
  }
  if (type !== 'positional') {
    const message = 'There is no such argument: write "positional" or "named".';
    yield argument.error('type', 'schema', message);
    return;
  }
  if (!argument.lacks('value') || !argument.lacks('valueHint')) return;
  const message = 'A positional argument has to say what it is: add "value" or "valueHint".';
  yield { pointer: argument.pointer, code: 'schema', message, severity: 'error' };
}

function* checkNamedArgument(argument: DocumentPart): Iterable<OfficialFinding> {
  const name = argument.text('name');
  if (argument.lacks('name')) {
    const message = 'A named argument needs its name: write it with its dashes, such as "--port".';
    yield argument.error('name', 'named-argument-name-required', message);
  }
  if (name === undefined) return;
  if (NAME_HAZARDS.test(name)) {
    const message = 'The name holds a blank, "<", ">" or "$": write the bare name, such as "--port".';
    yield argument.error('name', 'invalid-named-argument-name', message);
  }
  for (const key of ['value', 'default'] as const) {
    if (argument.text(key)?.startsWith(name) !== true) continue;
    const message = `The ${key} repeats the name, which is put before it anyway: write only the value.`;
    yield argument.error(key, `argument-${key}-starts-with-name`, message);
  }
}
