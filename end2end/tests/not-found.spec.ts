import { expect, test } from '../fixtures/index.ts';
import { hydrated, open } from '../pages/hydrated.ts';

test('a page that does not exist says so, with status 404, and leads back', async ({ page }) => {
  const answer = await page.goto('/nowhere');
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1, name: 'Page not found' })).toBeVisible();
  await hydrated(page);
  await page.getByRole('link', { name: 'Go home' }).click();
  await expect(page).toHaveURL('/');
});

test('a page that does not exist leads a signed-in person to the account', async ({ page, signIn, account, person }) => {
  await signIn.signIn(person);
  await open(page, '/nowhere');
  const main = page.getByRole('main');
  await main.getByRole('link', { name: 'Go to your account' }).click();
  await account.shows(person);
});

test('what looks like a file and is none is not answered with a page', async ({ client }) => {
  for (const path of ['/.env', '/.git/HEAD', '/assets/missing.js', '/assets/..%2f..%2fCargo.toml', '/api/nowhere', '/api/me/x.css']) {
    expect([path, (await client.get(path)).status]).toEqual([path, 404]);
  }
});
