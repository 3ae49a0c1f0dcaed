import { expect, test } from '../fixtures/index.ts';

test('what was typed before the page was ready is there when it is', async ({ page, signIn, account, person }) => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\.wasm/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('/sign-in', { waitUntil: 'commit' });
  await signIn.fill(person);
  release();
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', '');
  await expect(signIn.email).toHaveValue(person.email);
  await signIn.submit.click();
  await account.shows(person);
});
