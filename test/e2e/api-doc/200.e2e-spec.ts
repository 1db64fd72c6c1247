import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, startBrowser } from '../../support/browser.js';
import { startServer, type RunningProgram } from '../../support/program.js';

describe.skipIf(!hasBrowser)('the API documentation in a browser', () => {
  let server: RunningProgram;
  let browser: Browser;

  beforeAll(async () => {
    server = await startServer([]);
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser.close();
  });

  it('shows the routes, loads nothing from elsewhere, and tries one out', async () => {
    const page = await browser.newPage();
    const elsewhere: string[] = [];
    const failures: string[] = [];
    page.on('request', (request) => {
      const isOwn = request.url().startsWith(server.url) || request.url().startsWith('data:');
      if (!isOwn) elsewhere.push(request.url());
    });
    page.on('pageerror', (error) => failures.push(error.message));

    await page.goto(`${server.url}/api/doc`);
    const route = page.locator('#operations-servers-listServers');
    await route.waitFor();
    await route.locator('.opblock-summary-control').click();
    await route.getByRole('button', { name: 'Try it out' }).click();
    await route.getByRole('button', { name: 'Execute' }).click();
    const answer = route.locator('.live-responses-table .response-col_description .highlight-code').first();
    await answer.waitFor();

    expect(await page.title()).toBe('MCP registry API');
    expect(await answer.textContent()).toContain('"servers"');
    expect(elsewhere).toEqual([]);
    expect(failures).toEqual([]);
  });
});
