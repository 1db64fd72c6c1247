import type { VisibilitySet } from '../model/claims.js';
import type { EntryKind } from '../model/entry.js';
import { KindView } from './kind-view.js';
import type { SourceShelf } from './snapshot.js';
import { NO_WORDS, type Vocabulary } from './vocabulary.js';

let lastId = 0;

/** What one registry shows to one visibility set. Kinds are made when they are first read. */
export class RegistryView {
  /** No other view of this process ever has it: what was made of a view ends with it. */
  readonly id = (lastId += 1);
  private readonly kinds = new Map<EntryKind, KindView>();

  /** @param shelves of the registry's sources, in their order */
  constructor(
    readonly shelves: readonly SourceShelf[],
    private readonly visibility: VisibilitySet,
    private readonly vocabulary: Vocabulary = NO_WORDS,
  ) {}

  kind(kind: EntryKind): KindView {
    const known = this.kinds.get(kind);
    if (known !== undefined) return known;
    const shelves = this.shelves.map((shelf) => shelf[kind]);
    const view = new KindView(shelves, this.visibility, this.vocabulary);
    this.kinds.set(kind, view);
    return view;
  }

  /** The view of later shelves of the same sources. */
  advanced(shelves: readonly SourceShelf[]): RegistryView {
    const next = new RegistryView(shelves, this.visibility, this.vocabulary);
    for (const [kind, view] of this.kinds) {
      next.kinds.set(kind, view.advanced(shelves.map((shelf) => shelf[kind])));
    }
    return next;
  }
}
