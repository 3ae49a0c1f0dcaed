import { defineConfig } from '@playwright/test';

import { browser } from './fixtures/browser.ts';

export default defineConfig({
  testDir: 'tests',
  // Every test has a server and a database of its own, so nothing keeps them apart.
  fullyParallel: true,
  workers: 2,
  // A test that fails now and then is a bug.
  retries: 0,
  forbidOnly: Boolean(process.env['CI']),
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['junit', { outputFile: 'test-results/junit.xml' }]],
  // A trace takes a quarter of the time, and CI shows it to no one: `--trace on` makes one.
  use: { ...browser, trace: process.env['CI'] ? 'off' : 'retain-on-failure', screenshot: 'only-on-failure' },
});
