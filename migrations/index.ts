import { CreateCatalogue1763798400000 } from './1763798400000-CreateCatalogue.js';

/** Every migration, oldest first. */
export const MIGRATIONS = [CreateCatalogue1763798400000];
