import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFile } from '../common/package-files.js';

/** What this program is, in the words of its `version` command and routes. */
export interface BuildInfo {
  /** Of package.json. */
  readonly version: string;
  /** Full hash of the commit it was built from; `unknown` outside a git checkout. */
  readonly commit: string;
  /** Time of that commit (RFC 3339, UTC), so that two builds of one commit say the same; else `unknown`. */
  readonly build_date: string;
  readonly node_version: string;
  /** Operating system and processor as Node names them: `linux/x64`. */
  readonly platform: string;
}

let known: BuildInfo | undefined;

/** Read once from package.json and from what the build wrote beside it; the same from the sources and from the build. */
export function buildInfo(): BuildInfo {
  known ??= readBuildInfo(packageFile());
  return known;
}

/** Reads it from the files below `root`. What is missing or unreadable reads `unknown`. */
export function readBuildInfo(root: string): BuildInfo {
  const build = readMembers(join(root, 'dist', 'build-info.json'));
  return Object.freeze({
    version: readMembers(join(root, 'package.json'))('version'),
    commit: build('commit'),
    build_date: build('build_date'),
    node_version: process.version,
    platform: `${process.platform}/${process.arch}`,
  });
}

function readMembers(file: string): (name: string) => string {
  const content = readObject(file);
  return (name) => {
    const value = content[name];
    return typeof value === 'string' && value !== '' ? value : 'unknown';
  };
}

function readObject(file: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : {};
  } catch {
    // A program that cannot say where it comes from still works.
    return {};
  }
}
