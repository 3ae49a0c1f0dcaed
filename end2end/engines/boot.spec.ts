import { expect } from '@playwright/test';

import { open, test } from './fixtures.ts';

test.use({ settings: { METRICS_ADDR: '127.0.0.1:0' } });

// The server counts: a browser may fetch a preload, not use it, and fetch the file again.
test('every file of the page is fetched once', async ({ server, tab }) => {
  await open(tab, '/');
  const metrics = /http:\S+\/metrics/.exec(server.log)?.[0] ?? '';
  const answer = await (await fetch(metrics)).text();
  const files = [...answer.matchAll(/^sessionkeep_http_requests_total{.*route="\/assets\/[^"]+\.(\w+)".*} (\d+)$/gm)];
  expect(files.map(([, kind, times]) => `${kind} ${times}`).sort()).toEqual(['css 1', 'js 1', 'wasm 1']);
});
