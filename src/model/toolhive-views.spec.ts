import { describe, expect, it } from 'vitest';

import type { ToolHiveEntry } from './toolhive-format.js';
import { toolHiveDetail, toolHiveListItem } from './toolhive-views.js';

const SMALL: ToolHiveEntry = { section: 'servers', text: '{"description":"Rolls dice","image":"dice:1"}' };

describe('toolHiveListItem', () => {
  it('shows the head of an entry and counts its tools', () => {
    const text =
      '{"description":"Answers \\u0041","tier":"Official","status":"Deprecated","transport":"streamable-http","tools":["a","b"],"url":"https://a.example"}';

    expect(toolHiveListItem('com.acme/"x"', { section: 'remote_servers', text })).toBe(
      '{"name":"com.acme/\\"x\\"","description":"Answers \\u0041","tier":"Official","status":"Deprecated",' +
        '"transport":"streamable-http","tools_count":2}',
    );
  });

  it('fills in what an entry leaves out', () => {
    expect(toolHiveListItem('dice', SMALL)).toBe(
      '{"name":"dice","description":"Rolls dice","tier":"","status":"active","transport":"stdio","tools_count":0}',
    );
  });
});

describe('toolHiveDetail', () => {
  it('shows an image', () => {
    const text =
      '{"description":"Names birds","tier":"Community","status":"Active","transport":"sse","tools":["listen"],' +
      '"metadata":{"stars":7,"pulls":9223372036854775807,"last_updated":"2026-01-05T00:00:00Z"},"repository_url":"https://r.example",' +
      '"tags":["birds"],"custom_metadata":{"stars":1.0,"__proto__":[],"5":"five"},"image":"ghcr.io/b/calls:3","target_port":8000,' +
      '"permissions":{"network":{"outbound":{"allow_port":[443.0]}}},"args":["-q"],"docker_tags":["3"],' +
      '"env_vars":[{"secret":true,"name":"TOKEN","description":"Access token","required":true,"extra":1},' +
      '{"name":"LANG","description":"Language","default":"en"}]}';

    expect(toolHiveDetail('com.acme/birds', { section: 'servers', text })).toBe(
      '{"name":"com.acme/birds","description":"Names birds","tier":"Community","status":"Active","transport":"sse",' +
        '"tools":["listen"],"env_vars":[{"name":"TOKEN","description":"Access token","required":true,"secret":true},' +
        '{"name":"LANG","description":"Language","required":false,"default":"en"}],' +
        '"permissions":{"profile":{"network":{"outbound":{"allow_port":[443.0]}}}},' +
        '"metadata":{"stars":1.0,"pulls":9223372036854775807,"last_updated":"2026-01-05T00:00:00Z","__proto__":[],"5":"five",' +
        '"target_port":8000,"docker_tags":["3"]},"repository_url":"https://r.example","tags":["birds"],"args":["-q"],' +
        '"image":"ghcr.io/b/calls:3"}',
    );
  });

  it('shows a remote server', () => {
    const text =
      '{"description":"Answers","transport":"sse","tools":[],"url":"https://a.example/mcp","headers":[{"name":"X"},{"name":"Y"}],' +
      '"oauth_config":{"issuer":"https://id.example"},"custom_metadata":{"url":"elsewhere","author":"Acme"}}';

    expect(toolHiveDetail('almanac', { section: 'remote_servers', text })).toBe(
      '{"name":"almanac","description":"Answers","tier":"","status":"active","transport":"sse","tools":[],' +
        '"metadata":{"url":"https://a.example/mcp","author":"Acme","headers_count":2,"oauth_enabled":true}}',
    );
  });

  it('says so when a remote server has neither headers nor OAuth', () => {
    const text = '{"description":"Answers","url":"https://a.example/mcp"}';

    expect(toolHiveDetail('almanac', { section: 'remote_servers', text })).toContain(
      '"metadata":{"url":"https://a.example/mcp","oauth_enabled":false}',
    );
  });

  it('leaves out what a small entry does not have', () => {
    expect(toolHiveDetail('dice', SMALL)).toBe(
      '{"name":"dice","description":"Rolls dice","tier":"","status":"active","transport":"stdio","tools":null,"image":"dice:1"}',
    );
  });

  it('shows numbers as zero when the source has metadata without them', () => {
    const text = '{"description":"Rolls dice","image":"dice:1","metadata":{"stars":3}}';

    expect(toolHiveDetail('dice', { section: 'servers', text })).toContain(
      '"metadata":{"stars":3,"pulls":0,"last_updated":""}',
    );
  });

  it('ends with the original, token for token', () => {
    const original = '{"description":"Rolls\\u0020dice","image":"dice:1","x":{"2":1.0,"1":1e5}}';

    expect(
      toolHiveDetail('dice', SMALL, original).endsWith(`,"image":"dice:1","original":${original}}`),
    ).toBe(true);
  });
});
