import { MAX_VERSION_LENGTH } from '../../model/version-rule.js';
import { versionKey } from '../../model/version-order.js';
import { imageSuffix } from './image-reference.js';

/** Version of an object that names none which can be published. */
const DEFAULT_VERSION = '1.0.0';

/**
 * The version under which an object is published: its annotation, else the tag of its image, where these are strict
 * semantic versions (a `v` in front is allowed) without build metadata; else 1.0.0.
 */
export function objectVersion(annotation: string | undefined, image: string | undefined): string {
  const candidates = [annotation?.trim(), image === undefined ? undefined : imageSuffix(image).tag];
  return candidates.find(isPublishable) ?? DEFAULT_VERSION;
}

function isPublishable(version: string | undefined): version is string {
  if (version === undefined || version.length > MAX_VERSION_LENGTH || version.includes('+')) return false;
  return versionKey({ version }).semver !== undefined;
}
