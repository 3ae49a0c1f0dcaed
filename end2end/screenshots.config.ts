import { defineConfig } from '@playwright/test';

import { browser } from './fixtures/browser.ts';

/** `cargo xtask screenshots`: pictures for people to look at, in `screenshots/`. */
export default defineConfig({
  testDir: '.',
  testMatch: 'screenshots.ts',
  fullyParallel: true,
  workers: 2,
  // A scenario has up to fifteen pictures.
  timeout: 180_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  outputDir: 'test-results/screenshots',
  use: browser,
});
