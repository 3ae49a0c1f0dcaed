import { expect, test } from '../fixtures/index.ts';
import { Traffic } from '../fixtures/traffic.ts';
import { open } from '../pages/hydrated.ts';

test('the first visit of a stranger asks nothing, and shows the way in at once', async ({ page, signIn }) => {
  const traffic = new Traffic(page);
  for (const path of ['/signed-out', '/sign-up', '/']) await open(page, path);
  await open(page, '/nowhere');
  await expect(page.getByRole('navigation', { name: 'Account' }).getByRole('link', { name: 'Sign in' })).toBeVisible();
  await signIn.open();
  expect(traffic.lines).toEqual([]);
});

for (const path of ['/sign-in', '/sign-up', '/signed-out']) {
  test(`the header of ${path} has the brand and no other link or button`, async ({ page }) => {
    const header = page.getByRole('banner');
    await open(page, '/connection');
    await expect(header.getByRole('link')).toHaveText(['Sessionkeep', 'Sign in', 'Create account']);
    await open(page, path);
    await expect(header.getByRole('link')).toHaveText(['Sessionkeep']);
    await expect(header.getByRole('button')).toHaveCount(0);
  });
}

test('a stranger who wants the account is asked for a session once', async ({ page, account, signIn }) => {
  const traffic = new Traffic(page);
  await account.open();
  await expect(signIn.heading).toBeVisible();
  expect(traffic.lines).toEqual(['POST /api/auth/refresh 401']);
});

test('who has lost the cookie beside the session is still signed in', async ({ context, page, signIn, account, person }) => {
  await signIn.signIn(person);
  await account.shows(person);
  await context.clearCookies({ name: 'sessionGen' });
  await open(page, '/');
  await expect(page.getByRole('main').getByRole('link', { name: 'Sign in' })).toBeVisible();
  await account.open();
  await account.shows(person);
  // Also where the account is come to without loading it.
  await context.clearCookies({ name: 'sessionGen' });
  await open(page, '/signed-out?reason=PASSWORD_CHANGED');
  const traffic = new Traffic(page);
  await page.evaluate(() => history.pushState({}, '', '/account/devices'));
  await page.evaluate(() => window.dispatchEvent(new PopStateEvent('popstate')));
  await expect(page.getByRole('heading', { level: 1, name: 'Devices' })).toBeVisible();
  await expect.poll(() => traffic.count('POST /api/auth/refresh 200')).toBe(1);
});
