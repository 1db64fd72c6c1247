import type { RefusedDocument, VersionRef } from '../model/entry.js';

/**
 * The quarantine as earlier rounds left it. A round that is given only changes says nothing of most of it, so it stays
 * there until the version, or the document that nobody can name, is read or refused anew.
 */
export class EarlierRefusals {
  private readonly byKey = new Map<string, RefusedDocument>();

  add(document: RefusedDocument): void {
    this.byKey.set(keyOf(document), document);
  }

  /** The same document was refused again. */
  answer(document: RefusedDocument): void {
    if (this.byKey.size > 0) this.byKey.delete(keyOf(document));
  }

  /** Those that nothing was read of. */
  unanswered(hasRead: (ref: VersionRef) => boolean): RefusedDocument[] {
    return [...this.byKey.values()].filter(({ kind, name, version }) => {
      const isNamed = name !== undefined && version !== undefined;
      return !(isNamed && hasRead({ kind, name, version }));
    });
  }
}

/** Where it lay says nothing, as it lies elsewhere next time; what cannot be named is known by its problems. */
function keyOf({ kind, name, version, problems }: RefusedDocument): string {
  const isNamed = name !== undefined && version !== undefined;
  return JSON.stringify([kind, name, version, isNamed ? null : problems]);
}
