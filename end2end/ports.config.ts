import path from 'node:path';

import { defineConfig } from '@playwright/test';

import { browser } from './fixtures/browser.ts';

const { PORTS_COMMAND: command = '', PORTS_FOLDER: folder = '', WASM_BINDGEN_TEST_ADDRESS: address } = process.env;
const url = `http://${address}`;

/** `cargo xtask test ports`: Rust tests of what the client's session needs from a browser, in the page that their runner serves. */
export default defineConfig({
  testDir: 'ports',
  timeout: 60_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  outputDir: 'test-results/ports',
  use: { ...browser, baseURL: url },
  webServer: {
    command,
    cwd: path.resolve(import.meta.dirname, '..'),
    // Where the runner puts the page that it serves.
    env: { TMPDIR: folder },
    url,
    timeout: 300_000,
  },
});
