// What people complain about elsewhere: none of it may sign anybody out, and none of it may turn into a storm of requests.
import type { Page, Request, Route } from '@playwright/test';

import { expect, test } from '../fixtures/index.ts';
import { type Person, somebody } from '../fixtures/person.ts';
import { Traffic } from '../fixtures/traffic.ts';
import { AccountPage, isRefresh } from '../pages/account.ts';
import { SignInPage } from '../pages/sign-in.ts';

const REFRESH = '**/api/auth/refresh';
const REFRESHED = 'POST /api/auth/refresh 200';

/** The next refresh is answered by the server, but its answer does not reach the page until `deliver`. */
async function holdNextRefresh(page: Page): Promise<{ answered: Promise<unknown>; deliver: () => void }> {
  let deliver = (): void => undefined;
  const held = new Promise<void>((resolve) => (deliver = resolve));
  let served = (): void => undefined;
  const answered = new Promise<void>((resolve) => (served = resolve));
  await page.route(
    REFRESH,
    async (route) => {
      const response = await route.fetch();
      served();
      await held;
      // The page may have gone.
      await route.fulfill({ response }).catch(() => undefined);
    },
    { times: 1 },
  );
  return { answered, deliver };
}

function refusal(route: Route, status: number, code: string, headers: Record<string, string> = {}): Promise<void> {
  const json = { error: 'Not now.', code, requestId: 'end2end' };
  return route.fulfill({ status, json, headers: { 'cache-control': 'no-store', ...headers } });
}

function refreshesOf(page: Page): Request[] {
  const requests: Request[] = [];
  page.on('request', (request) => {
    if (isRefresh(request)) requests.push(request);
  });
  return requests;
}

/** Whatever the page was about to ask for it has asked for: this question waits for the same lock, and comes after. */
async function settled(page: Page): Promise<void> {
  const ask = (): Promise<number> =>
    page.evaluate(() => navigator.locks.request('sessionkeep.cookie', async () => (await fetch('/readyz')).status));
  expect(await ask()).toBe(200);
}

async function signedIn(signIn: SignInPage, account: AccountPage, person: Person): Promise<void> {
  await signIn.signIn(person);
  await account.shows(person);
}

test('a reload in the middle of a refresh repeats the attempt and keeps the session', async ({
  server, page, signIn, account, person,
}) => {
  await signedIn(signIn, account, person);
  await server.advance({ minutes: 16 });
  const refreshes = refreshesOf(page);
  const { answered, deliver } = await holdNextRefresh(page);
  await account.lookAgain();
  await answered;
  await page.reload();
  deliver();
  await account.shows(person);
  await account.load();
  const attempts = refreshes.map((request) => request.headers()['x-refresh-attempt']);
  expect(attempts).toHaveLength(2);
  expect(attempts[0]).toBe(attempts[1]);
});

test('a laptop that slept for two hours goes on with one refresh', async ({ server, page, signIn, account, person }) => {
  await page.clock.install();
  await signedIn(signIn, account, person);
  const traffic = new Traffic(page);
  await server.advance({ minutes: 120 });
  // Timers stand still in sleep: the clock jumps, and what is due fires once.
  await page.clock.fastForward('02:00:00');
  await account.load();
  await account.shows(person);
  expect(traffic.count(REFRESHED)).toBe(1);
});

for (const [words, days] of [['a day fast', 1], ['a day slow', -1]] as const) {
  test(`a device whose clock is ${words} stays signed in and refreshes no more often`, async ({
    server, page, signIn, account, person,
  }) => {
    await page.clock.install({ time: Date.now() + days * 86_400_000 });
    await signedIn(signIn, account, person);
    const traffic = new Traffic(page);
    for (let round = 0; round < 5; round += 1) await account.load();
    expect(traffic.count(REFRESHED)).toBe(0);
    await server.advance({ minutes: 16 });
    await account.load();
    await page.reload();
    await account.shows(person);
    expect(traffic.count(REFRESHED)).toBe(2);
  });
}

test('an offline page without a session promises none', async ({ watch, context, page, signIn }) => {
  watch.expect(/ERR_INTERNET_DISCONNECTED/);
  await signIn.open();
  await context.setOffline(true);
  await expect(page.locator('.connection').filter({ hasText: 'offline' })).toHaveText('You’re offline.');
});

test('a device that goes offline is told so, keeps the session, and goes on when it is back', async ({
  server, watch, context, page, signIn, account, person,
}) => {
  watch.expect(/ERR_INTERNET_DISCONNECTED/);
  await signedIn(signIn, account, person);
  const offline = page.getByRole('status').filter({ hasText: 'You’re offline.' });
  await context.setOffline(true);
  await expect(offline).toBeVisible();
  await server.advance({ minutes: 16 });
  const traffic = new Traffic(page);
  await account.lookAgain();
  await expect(page.getByRole('alert')).toBeVisible();
  await account.shows(person);
  await context.setOffline(false);
  await expect(offline).toHaveCount(0);
  await account.lookAgain();
  await expect(account.upToDate).toBeVisible();
  await account.shows(person);
  expect(traffic.count(REFRESHED)).toBe(1);
});

for (const [status, code] of [[503, 'UNAVAILABLE'], [429, 'RATE_LIMITED']] as const) {
  test(`a server that says ${status} is left alone for as long as it asked`, async ({
    server, watch, page, signIn, account, person,
  }) => {
    watch.expect(new RegExp(`${status}`));
    await page.clock.install();
    await signedIn(signIn, account, person);
    await server.advance({ minutes: 16 });
    const refreshes = refreshesOf(page);
    await page.route(REFRESH, (route) => refusal(route, status, code, { 'retry-after': '20' }), { times: 1 });
    await account.lookAgain();
    await expect(account.reconnecting).toBeVisible();
    await page.clock.fastForward(15_000);
    await settled(page);
    expect(refreshes).toHaveLength(1);
    await page.clock.fastForward(6_000);
    await expect(account.reconnecting).toHaveCount(0);
    await account.shows(person);
    expect(refreshes).toHaveLength(2);
  });
}

test('a late copy of a refresh that was answered ends nothing', async ({ server, watch, page, signIn, account, person }) => {
  watch.expect(/409/);
  await signedIn(signIn, account, person);
  await server.advance({ minutes: 16 });
  const refreshes = refreshesOf(page);
  await page.route(REFRESH, (route) => refusal(route, 409, 'REFRESH_DUPLICATE'), { times: 1 });
  await account.load();
  await account.shows(person);
  expect(refreshes).toHaveLength(2);
});

test('a server that refuses every token is not asked for one more with each click', async ({
  watch, page, signIn, account, person,
}) => {
  watch.expect(/401/);
  await signedIn(signIn, account, person);
  const refreshes = refreshesOf(page);
  let asked = 0;
  await page.route('**/api/me?*', async (route) => {
    asked += 1;
    await refusal(route, 401, 'TOKEN_EXPIRED');
  });
  const clicks = 20;
  for (let click = 0; click < clicks; click += 1) {
    const refused = page.waitForResponse('**/api/me?*');
    await account.lookAgain();
    await refused;
    // With all that became of it: another click would share its refresh.
    await expect(account.upToDate).toBeVisible();
    await expect(page.getByRole('alert')).toBeVisible();
  }
  expect(refreshes.length).toBeLessThanOrEqual(3);
  expect(asked, 'each click asks once, and once more where there was a new token').toBe(clicks + refreshes.length);
  await expect(page).toHaveURL('/account');
  await page.unroute('**/api/me?*');
  await account.lookAgain();
  await expect(account.upToDate).toBeVisible();
  await account.shows(person);
});

test('who signs out while a refresh is in the air stays signed out', async ({ server, page, signIn, account, person }) => {
  await signedIn(signIn, account, person);
  await server.advance({ minutes: 16 });
  const { answered, deliver } = await holdNextRefresh(page);
  await account.lookAgain();
  await answered;
  await account.leave();
  await expect(signIn.heading).toBeVisible();
  const traffic = new Traffic(page);
  const delivered = page.waitForResponse((response) => isRefresh(response.request()));
  const told = page.waitForResponse('**/api/auth/logout');
  deliver();
  expect((await delivered).status()).toBe(200);
  expect((await told).status()).toBe(204);
  await settled(page);
  expect(traffic.lines, 'nothing is asked for with the token that came too late').toEqual([REFRESHED, 'POST /api/auth/logout 204']);
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(page.getByText(person.email)).toHaveCount(0);
  await page.goto('/account');
  await expect(signIn.heading).toBeVisible();
});

test('a role that changes under a live session costs one refresh and no sign-in', async ({
  server, page, signIn, account, person,
}) => {
  await signedIn(signIn, account, person);
  await server.command('user', 'set-role', person.email, 'admin');
  const traffic = new Traffic(page);
  // The change reaches a running server within a second.
  await expect
    .poll(async () => {
      await account.load();
      return traffic.count(REFRESHED);
    })
    .toBe(1);
  await account.load();
  await account.shows(person);
  expect(traffic.count(REFRESHED)).toBe(1);
});

test('somebody else who signs in in a second tab is who both tabs show', async ({
  server, client, secondTab, page, signIn, account, person,
}) => {
  await signedIn(signIn, account, person);
  const eve = somebody();
  expect((await client.register(eve)).status).toBe(201);
  const other = await secondTab();
  const second = new SignInPage(other);
  // The second tab has been left open where nobody was signed in yet.
  await other.route(REFRESH, (route) => refusal(route, 401, 'REFRESH_MISSING'), { times: 1 });
  await second.open();
  await second.fill(eve);
  await second.submit.click();
  await new AccountPage(other).shows(eve);
  await account.shows(eve);
  await expect(page.getByText(person.email)).toHaveCount(0);
  await server.advance({ minutes: 16 });
  await account.load();
  await account.shows(eve);
});
