import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** What a test puts at a path: text or bytes of a file, or an entry of another kind. */
export type TreeContent = string | Uint8Array | { readonly mode: string; readonly target: string };

const WHO = 'Tester <tester@example.com> 1700000000 +0000';
const IDENTITY = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Tester',
  GIT_AUTHOR_EMAIL: 'tester@example.com',
  GIT_COMMITTER_NAME: 'Tester',
  GIT_COMMITTER_EMAIL: 'tester@example.com',
};

/** A bare repository on disk whose default branch is `main`. */
export class BareRepository {
  constructor(readonly directory: string) {
    mkdirSync(directory, { recursive: true });
    this.git('init', '--quiet', '--bare', '--initial-branch=main', '.');
  }

  /** Runs git in the repository and returns what it prints. */
  git(...args: readonly string[]): string {
    return this.gitWith('', ...args);
  }

  /** The same with something on its standard input. */
  gitWith(input: string | Uint8Array, ...args: readonly string[]): string {
    const env = { ...process.env, ...IDENTITY };
    const options = { cwd: this.directory, env, input, maxBuffer: 1024 ** 3 };
    return execFileSync('git', args, options).toString('utf8').trim();
  }

  /** Makes a commit that holds exactly these files, on top of the branch, and returns its id. */
  commit(files: Readonly<Record<string, TreeContent>>, branch = 'main'): string {
    const parts: Uint8Array[] = [];
    const say = (text: string) => parts.push(Buffer.from(text));
    const data = (content: Uint8Array) => {
      say(`data ${content.length}\n`);
      parts.push(content);
      say('\n');
    };
    say(`commit refs/heads/${branch}\ncommitter ${WHO}\n`);
    data(Buffer.from('a commit'));
    const parent = this.tryResolve(`refs/heads/${branch}`);
    if (parent !== undefined) say(`from ${parent}\n`);
    say('deleteall\n');
    for (const [path, content] of Object.entries(files)) {
      if (isSpecial(content) && content.mode === '160000') {
        say(`M 160000 ${content.target} ${path}\n`);
        continue;
      }
      say(`M ${isSpecial(content) ? content.mode : '100644'} inline ${path}\n`);
      data(bytesOf(content));
    }
    this.gitWith(Buffer.concat(parts), 'fast-import', '--quiet', '--force');
    return this.git('rev-parse', `refs/heads/${branch}`);
  }

  /** Makes `main` a commit of a tree that is written as it is, whatever git thinks of it, and returns its id. */
  commitRawTree(tree: Uint8Array): string {
    const oid = this.gitWith(tree, 'hash-object', '-t', 'tree', '-w', '--literally', '--stdin');
    const commit = this.git('commit-tree', oid, '-m', 'raw');
    this.git('update-ref', 'refs/heads/main', commit);
    return commit;
  }

  private tryResolve(ref: string): string | undefined {
    try {
      return this.git('rev-parse', '--verify', '--quiet', ref);
    } catch {
      return undefined;
    }
  }
}

function isSpecial(content: TreeContent): content is { readonly mode: string; readonly target: string } {
  return typeof content === 'object' && 'mode' in content;
}

function bytesOf(content: TreeContent): Uint8Array {
  if (isSpecial(content)) return Buffer.from(content.target);
  return typeof content === 'string' ? Buffer.from(content) : content;
}
