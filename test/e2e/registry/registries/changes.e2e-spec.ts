import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listed, useRegistry } from '../../../support/registry-server.js';

function document(name: string, version: string, description = 'Does something'): object {
  return { name: `com.example/${name}`, version, description };
}

describe('a source that changes', () => {
  const registry = useRegistry({
    config: (directory) => {
      write(directory, document('kept', '1.0.0'), document('left', '1.0.0'), document('old', '1.0.0'));
      const file = { path: join(directory, 'servers.json') };
      return {
        sources: [{ name: 'disk', file, syncPolicy: { interval: '1s' } }],
        registries: [{ name: 'default', sources: ['disk'] }],
      };
    },
  });

  function write(directory: string, ...documents: object[]): void {
    writeFileSync(join(directory, 'servers.json'), JSON.stringify(documents));
  }

  it('shows tombstones and changes by updated_since, and quarantines what would break clients', async () => {
    const before = await registry.list('/v0.1/servers');
    const page = await registry.list('/v0.1/servers?limit=1');
    const times = before.servers.map(
      ({ _meta }) => _meta['io.modelcontextprotocol.registry/official'].updatedAt,
    );
    const since = times.sort().at(-1) ?? '';
    expect(listed(before)).toEqual([
      'com.example/kept@1.0.0',
      'com.example/left@1.0.0',
      'com.example/old@1.0.0',
    ]);

    write(
      registry.directory,
      document('kept', '1.0.0'),
      document('kept', '1.1.0'),
      document('old', '1.0.0', ''),
      document('new', '1.0.0', ''),
      { name: 'com.example/no-version', description: 'Has no version' },
      document('added', '1.0.0'),
    );
    await registry.until(async () =>
      (await registry.get('/v0.1/servers')).text.includes('com.example/added'),
    );

    // A refused document leaves the last good one of the same version in place.
    expect(listed(await registry.list('/v0.1/servers'))).toEqual([
      'com.example/added@1.0.0',
      'com.example/kept@1.0.0',
      'com.example/kept@1.1.0',
      'com.example/old@1.0.0',
    ]);
    const changed = await registry.list(`/v0.1/servers?updated_since=${since}`);
    expect(listed(changed)).toEqual([
      'com.example/added@1.0.0',
      'com.example/kept@1.1.0',
      'com.example/left@1.0.0',
    ]);
    const [, , left] = changed.servers;
    expect(left?._meta['io.modelcontextprotocol.registry/official'].status).toBe('deleted');
    expect((await registry.get('/v0.1/servers/com.example%2Fleft/versions/latest')).status).toBe(404);
    const shown = await registry.get('/v0.1/servers/com.example%2Fleft/versions/latest?include_deleted=true');
    expect(shown.status).toBe(200);
    const byUpdate = listed(await registry.list('/v0.1/servers?sort=updated'));
    expect(byUpdate).toEqual([
      'com.example/added@1.0.0',
      'com.example/kept@1.1.0',
      'com.example/kept@1.0.0',
      'com.example/old@1.0.0',
    ]);
    // Paging goes on behind the last name shown, whatever came or went before it.
    const rest = await registry.list(`/v0.1/servers?cursor=${page.metadata.nextCursor ?? ''}`);
    expect(listed(rest)).toEqual(['com.example/kept@1.1.0', 'com.example/old@1.0.0']);
  });

  it('gives a version that lost isLatest a new revision, for its bytes changed, and no new updatedAt', async () => {
    const { servers } = await registry.list('/v0.1/servers/com.example%2Fkept/versions');
    const [latest, former] = servers.map(({ _meta }) => _meta);

    expect(former?.['io.modelcontextprotocol.registry/official'].isLatest).toBe(false);
    expect(former?.['dev.toolhive.registry'].revision).toBe(latest?.['dev.toolhive.registry'].revision);
    expect(former?.['io.modelcontextprotocol.registry/official'].updatedAt).not.toBe(
      latest?.['io.modelcontextprotocol.registry/official'].updatedAt,
    );
  });

  it('goes on serving when the source fails', async () => {
    const whole = await registry.get('/v0.1/servers');
    writeFileSync(join(registry.directory, 'servers.json'), '{"servers": [');
    await registry.until(async () => (await registry.get('/readiness')).text.includes('failed'));

    const answer = await registry.get('/v0.1/servers');
    expect([answer.status, answer.text]).toEqual([200, whole.text]);
    expect((await registry.get('/readiness')).status).toBe(200);
  });

  it('serves the same bytes after a restart, even while the source fails, and knows old cursors', async () => {
    const whole = await registry.get('/v0.1/servers');
    const page = await registry.list('/v0.1/servers?limit=2');
    const rest = `/v0.1/servers?cursor=${page.metadata.nextCursor ?? ''}`;
    const before = await registry.get(rest);

    await registry.restart();

    const after = await registry.get('/v0.1/servers');
    expect([after.status, after.text]).toEqual([200, whole.text]);
    expect(after.headers.etag).toBe(whole.headers.etag);
    expect((await registry.get(rest)).text).toBe(before.text);
  });
});
