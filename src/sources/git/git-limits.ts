/** Largest pack, in bytes, that is unpacked in this process: isomorphic-git takes about ten times as much memory. */
export const PACK_LIMIT = 4 * 1024 * 1024;
/** The same where there is no git program to do it instead. */
export const PACK_LIMIT_WITHOUT_GIT = 48 * 1024 * 1024;
/** Largest list of branches and tags, in bytes. */
export const REFS_LIMIT = 32 * 1024 * 1024;
/** Most files of one source. */
export const FILE_LIMIT = 10_000;
/** Most entries of trees that are looked at, so that a tree that contains itself many times ends. */
export const TREE_ENTRY_LIMIT = 500_000;
/** What the system's git may leave on disk beside the wanted files, in bytes. */
export const DISK_LIMIT = 512 * 1024 * 1024;
/** How much memory the process may grow while a thread unpacks, in bytes: a small pack can hold huge files. */
export const UNPACK_MEMORY_LIMIT = 768 * 1024 * 1024;
/** Largest list of commits that a short id is looked for in, in bytes: more than three million. */
export const HISTORY_LIMIT = 128 * 1024 * 1024;
