/** What follows the name in a container image reference (`registry:5000/name:tag@sha256:…`). */
export interface ImageSuffix {
  readonly tag?: string;
  readonly digest?: string;
}

/** Reads tag and digest of an image reference. A colon before the last slash belongs to a port. */
export function imageSuffix(image: string): ImageSuffix {
  const [reference = '', digest] = image.split('@', 2);
  const colon = reference.indexOf(':', reference.lastIndexOf('/') + 1);
  const tag = colon < 0 ? '' : reference.slice(colon + 1);
  return { ...(tag !== '' && { tag }), ...(digest !== undefined && digest !== '' && { digest }) };
}
