import { RecentCache } from '../common/recent-cache.js';
import type { RegistryDefinition } from '../config/registry-config.js';
import type { VisibilitySet } from '../model/claims.js';
import { RegistryView } from './registry-view.js';
import { EMPTY_SHELF, type Snapshot } from './snapshot.js';
import type { Vocabulary } from './vocabulary.js';

/** Views that are kept, of all registries and visibility sets. */
const MAX_VIEWS = 128;

interface KnownView {
  readonly definition: RegistryDefinition;
  readonly snapshot: Snapshot;
  readonly view: RegistryView;
}

/** The views in use. One that is asked for again after a change goes on from what it was. */
export class ViewCache {
  private readonly views = new RecentCache<KnownView>({ values: MAX_VIEWS, weight: MAX_VIEWS }, () => 1);

  constructor(private readonly vocabulary: Vocabulary) {}

  get(definition: RegistryDefinition, snapshot: Snapshot, visibility: VisibilitySet): RegistryView {
    const key = `${visibility.key} ${definition.name}`;
    const known = this.views.get(key);
    if (known?.snapshot === snapshot && known.definition === definition) return known.view;
    const shelves = definition.sources.map((source) => snapshot.shelves.get(source) ?? EMPTY_SHELF);
    const view =
      known?.definition === definition
        ? continued(known.view, shelves)
        : new RegistryView(shelves, visibility, this.vocabulary);
    this.views.set(key, { definition, snapshot, view });
    return view;
  }

  /** Lets go of views that nobody asked for since the last time: they hold what was replaced meanwhile. */
  forgetUnused(): void {
    this.views.age();
  }
}

/** A change of other sources leaves a view, and all that was made of it, as it is. */
function continued(view: RegistryView, shelves: RegistryView['shelves']): RegistryView {
  const isSame = shelves.every((shelf, place) => isSameShelf(shelf, view.shelves[place]));
  return isSame ? view : view.advanced(shelves);
}

function isSameShelf(
  a: RegistryView['shelves'][number],
  b: RegistryView['shelves'][number] | undefined,
): boolean {
  return a.server === b?.server && a.skill === b.skill && a.plugin === b.plugin;
}
