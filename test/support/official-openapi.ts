import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { sharedData } from './shared-data.js';

const DOCUMENT = 'https://example.com/official-openapi';

/** Shapes that the registry standard gives to answers, by their names in its API description. */
export type OfficialShape = 'ServerList' | 'ServerResponse';

/** Lists what is wrong with a value as the standard's API description has the shape; empty when nothing is. */
export type OfficialValidator = (shape: OfficialShape, value: unknown) => string[];

/** Reads the official API description (OpenAPI 3.1, whose schemas are JSON Schema 2020-12), with formats checked. */
export function officialValidator(): OfficialValidator {
  const { components } = parse(readFileSync(sharedData('official-openapi.yaml'), 'utf8')) as {
    components: object;
  };
  // Not strict: API descriptions have members, such as `example`, that are no keywords of JSON Schema.
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  // A CommonJS module: its default export is the function in one reading, and holds it in the other.
  addFormats.default(ajv);
  ajv.addSchema({ components }, DOCUMENT);
  const compile = (shape: OfficialShape) => ajv.compile({ $ref: `${DOCUMENT}#/components/schemas/${shape}` });
  const validators = { ServerList: compile('ServerList'), ServerResponse: compile('ServerResponse') };
  return (shape, value) => {
    const validate = validators[shape];
    validate(value);
    return (validate.errors ?? []).map(
      ({ instancePath, message = '', params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}
