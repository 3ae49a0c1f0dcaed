import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures/index.ts';

const background = (page: Page): Promise<string> => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

test.use({ colorScheme: 'light' });

test('the theme that was chosen is there at once, and with the first paint of every page after that', async ({ watch, page, signIn, account, person }) => {
  watch.expect(/ERR_FAILED/);
  await signIn.signIn(person);
  await account.shows(person);
  const light = await background(page);
  const option = (name: string) => page.getByRole('radiogroup', { name: 'Theme' }).getByText(name, { exact: true });
  await option('Dark').click();
  const dark = await background(page);
  expect(dark).not.toBe(light);
  // The server writes it into the document, so that nothing flashes.
  await page.route(/\.(js|wasm)/, (route) => route.abort());
  await page.goto('/sign-in');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  expect(await background(page)).toBe(dark);
  await page.unroute(/\.(js|wasm)/);
  await account.open();
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked();
  await option('System').click();
  expect(await background(page)).toBe(light);
});
