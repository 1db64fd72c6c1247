import { CreateCatalogue1763798400000 } from './1763798400000-CreateCatalogue.js';
import { AddReplicas1763802000000 } from './1763802000000-AddReplicas.js';
import { ShowRounds1763885100000 } from './1763885100000-ShowRounds.js';
import { AddClientViews1763888400000 } from './1763888400000-AddClientViews.js';

/** Every migration, oldest first. */
export const MIGRATIONS = [
  CreateCatalogue1763798400000,
  AddReplicas1763802000000,
  ShowRounds1763885100000,
  AddClientViews1763888400000,
];
