import { defineConfig } from '@playwright/test';

import type { Options } from './engines/fixtures.ts';

/** `cargo xtask test engines`: the main steps of a session in browsers that Playwright cannot drive. */
export default defineConfig<Options>({
  testDir: 'engines',
  retries: 0,
  workers: 2,
  fullyParallel: true,
  forbidOnly: Boolean(process.env['CI']),
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['junit', { outputFile: 'test-results/engines.xml' }]],
  outputDir: 'test-results/engines',
  projects: [
    { name: 'firefox', testIgnore: 'secure-cookies.spec.ts', use: { engine: 'firefox' } },
    // It drops Secure cookies on http.
    { name: 'webkit', use: { engine: 'webkit', settings: { COOKIE_SECURE: 'never' } } },
  ],
});
