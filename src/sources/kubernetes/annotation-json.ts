import { compactJson } from '../../common/json-compact.js';
import { checkJson } from '../../common/json-syntax.js';

/** JSON of an annotation: parsed, and compact token by token. */
export interface AnnotationJson {
  readonly value: unknown;
  readonly text: string;
}

/** Reads JSON that somebody wrote into an annotation; undefined for what is none, or cannot be kept safely. */
export function readAnnotationJson(annotation: string): AnnotationJson | undefined {
  try {
    const { text, hazards } = compactJson(annotation, checkJson(annotation));
    return hazards.length > 0 ? undefined : { value: JSON.parse(text) as unknown, text };
  } catch {
    return undefined;
  }
}
