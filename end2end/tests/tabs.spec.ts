// RT-22: many tabs of one browser, and one cookie.
import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures/index.ts';
import { Traffic } from '../fixtures/traffic.ts';
import { AccountPage } from '../pages/account.ts';

/** Or as many as `RACE_ROUNDS` says, as for the races of the server's tests. */
const rounds = Number(process.env['RACE_ROUNDS'] ?? 50);

/** The lock around everything that writes the cookie. */
const LOCK = 'sessionkeep.cookie';
/** How long a refresh waits for it, in milliseconds. */
const PATIENCE = 5_000;

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
  for (const tab of tabs) {
    await tab.open();
    await tab.shows(person);
  }
  const traffic = tabs.map((tab) => new Traffic(tab.page));
  for (let round = 0; round < rounds; round += 1) {
    // Past the quiet period, so that each round has something to rotate.
    await server.advance({ minutes: 2 });
    await Promise.all(tabs.map(({ page }) => page.reload()));
    for (const tab of tabs) await tab.shows(person);
    for (const tab of traffic) {
      expect(tab.lines, `round ${round}`).toEqual(['POST /api/auth/refresh 200', 'GET /api/me 200']);
      tab.forget();
    }
  }
  expect(page.url()).toMatch(/\/account$/);
});

/** From now on the page notes when it first wants the lock. */
async function watchLock(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const request = navigator.locks.request;
    navigator.locks.request = function (this: LockManager, ...args: unknown[]) {
      performance.mark('lock wanted');
      return Reflect.apply(request, this, args);
    } as typeof request;
  });
}

/** How long it waited for the lock before it asked for its first refresh, in milliseconds, as the browser has noted. */
async function waited(page: Page): Promise<number> {
  return page.evaluate(() => {
    const refresh = performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/api/auth/refresh'));
    const [wanted] = performance.getEntriesByName('lock wanted');
    if (!refresh || !wanted) throw new Error('no refresh');
    return refresh.startTime - wanted.startTime;
  });
}

test('a tab that is closed while it holds the lock holds nobody up', async ({ secondTab, signIn, account, person }) => {
  await signIn.signIn(person);
  await account.shows(person);
  const other = await secondTab();
  await other.goto('/');
  await holdLock(other);
  await other.close();
  await watchLock(account.page);
  await account.page.reload();
  await account.shows(person);
  expect(await waited(account.page)).toBeLessThan(PATIENCE);
});

test('a tab that froze with the lock holds the others up for seconds, not for ever', async ({
  secondTab, signIn, account, person,
}) => {
  await signIn.signIn(person);
  await account.shows(person);
  const other = await secondTab();
  await other.goto('/');
  await holdLock(other);
  await watchLock(account.page);
  await account.page.reload();
  await account.shows(person);
  // Its timer begins before it asks for the lock, and a busy machine may hold up either.
  const time = await waited(account.page);
  expect(time).toBeGreaterThan(PATIENCE / 2);
  expect(time).toBeLessThan(2 * PATIENCE);
});
