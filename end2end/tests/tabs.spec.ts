// RT-22: many tabs of one browser, and one cookie.
import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures/index.ts';
import { AccountPage } from '../pages/account.ts';

/** As for the races of the server's tests: a few rounds, or as many as `RACE_ROUNDS` says. */
const rounds = Number(process.env['RACE_ROUNDS'] ?? 5);

/** The lock around everything that writes the cookie. */
const LOCK = 'sessionkeep.cookie';

/** Takes the lock and never gives it back, as a tab that froze in the middle of a refresh. */
async function holdLock(page: Page): Promise<void> {
  await page.evaluate(
    (name) => new Promise<void>((taken) => {
      void navigator.locks.request(name, () => {
        taken();
        return new Promise(() => undefined);
      });
    }),
    LOCK,
  );
}

test('five tabs that reload at once, again and again, all stay signed in', async ({
  server, secondTab, page, signIn, account, person,
}) => {
  test.setTimeout(60_000 + rounds * 10_000);
  await signIn.signIn(person);
  await account.shows(person);
  const tabs = [account];
  while (tabs.length < 5) tabs.push(new AccountPage(await secondTab()));
  for (const tab of tabs) await tab.open();
  const refused: string[] = [];
  for (const tab of tabs) {
    tab.page.on('response', (response) => {
      if (response.url().includes('/api/') && response.status() >= 400) refused.push(`${response.url()} ${response.status()}`);
    });
  }
  for (let round = 0; round < rounds; round += 1) {
    // Past the quiet period, so that each round has something to rotate.
    await server.advance({ minutes: 2 });
    await Promise.all(tabs.map(({ page }) => page.reload()));
    for (const tab of tabs) await tab.shows(person);
  }
  expect(refused).toEqual([]);
  expect(page.url()).toMatch(/\/account$/);
});

test('a tab that is closed while it holds the lock holds nobody up', async ({ secondTab, signIn, account, person }) => {
  await signIn.signIn(person);
  await account.shows(person);
  const other = await secondTab();
  await other.goto('/');
  await holdLock(other);
  await other.close();
  await account.page.reload();
  await account.shows(person);
});

test('a tab that froze with the lock holds the others up for seconds, not for ever', async ({
  secondTab, signIn, account, person,
}) => {
  await signIn.signIn(person);
  await account.shows(person);
  const other = await secondTab();
  await other.goto('/');
  await holdLock(other);
  await account.page.reload();
  await expect(account.page.getByRole('main').getByText(person.email, { exact: true })).toBeVisible({ timeout: 10_000 });
});
