// What no page may do: run out of the screen, jump, or leave its person hammering.
import type { Page } from '@playwright/test';

import { refreshCookie } from '../fixtures/cookies.ts';
import { expect, test } from '../fixtures/index.ts';
import { SCENARIOS, apiDocs, forms, profile, publicPages, stopped, withoutScripts } from '../fixtures/states.ts';
import { open } from '../pages/hydrated.ts';
import { stolen } from '../fixtures/stolen.ts';
import { StoppedPage } from '../pages/stopped.ts';

const LOOKS = [
  { what: 'on a screen of 320 pixels', width: 320, isLarge: false },
  { what: 'with text of twice the size', width: 390, isLarge: true },
];

/** The longest name that the server accepts, with a word that does not fit into 320 pixels at the size of a heading. */
const LONG_NAME = 'Donaudampfschifffahrtsgesellschaft Kundenportal und Services';

const VERSIONS = [
  { version: 'in English', locale: 'en-GB', settings: {}, scenarios: SCENARIOS },
  // The page to try the API is English.
  { version: 'in Italian', locale: 'it-IT', settings: {}, scenarios: SCENARIOS.filter((scenario) => scenario !== apiDocs) },
  {
    version: 'under a name of 60 characters',
    locale: 'en-GB',
    settings: { BRAND_NAME: LONG_NAME },
    scenarios: [publicPages, forms, withoutScripts, stopped, profile, apiDocs],
  },
];

/** By how many pixels the page is wider than the screen. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function largeText(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Page.enable');
  await devtools.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
}

for (const { what, width, isLarge } of LOOKS) {
  for (const { version, locale, settings, scenarios } of VERSIONS) {
    for (const { name, javaScriptEnabled = true, run } of scenarios) {
      test.describe(`${what}, ${version}`, () => {
        test.use({ viewport: { width, height: 700 }, locale, settings, javaScriptEnabled });

        test(`no state of ${name} is wider than the screen`, async ({ server, watch, client, anotherBrowser, page, person }) => {
          test.slow();
          if (isLarge) await largeText(page);
          const wide: string[] = [];
          await run({ server, watch, client, anotherBrowser, page, person }, async (state, visible) => {
            await expect(visible, state).toBeVisible();
            const by = await overflow(page);
            if (by > 0) wide.push(`${state}: ${by} pixels`);
          });
          expect(wide).toEqual([]);
        });
      });
    }
  }
}

/** From now on every document of the page sums up by how much its parts move. */
async function countShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    Object.assign(window, { shift: 0 });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) {
        (window as unknown as { shift: number }).shift += entry.value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** By how much the parts of this document have moved. */
async function shifts(page: Page): Promise<number> {
  // Shifts are reported with the frames that they happen in.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return page.evaluate(() => (window as unknown as { shift: number }).shift);
}

/** The budget of one document. */
const SHIFT = 0.01;

const WIDTHS = [390, 1280];

for (const [name, path, data] of [
  ['Profile', '/account', '.identity-name'],
  ['Security', '/account/security', '.settings'],
  ['Devices', '/account/devices', 'li.device'],
  ['Activity', '/account/activity', 'li.event'],
  ['Data & privacy', '/account/data', '.numbers li'],
  ['Change password', '/account/password', '#newPassword'],
  ['Delete account', '/account/delete', '.numbers li'],
] as const) {
  test(`nothing on ${name} moves when the data comes`, async ({ page, signIn, account, person }) => {
    await signIn.signIn(person);
    await account.shows(person);
    await countShifts(page);
    const moved: Record<number, number> = {};
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await open(page, path);
      await expect(page.locator('main .skeleton')).toHaveCount(0);
      await expect(page.locator(`main ${data}`).first()).toBeVisible();
      const by = await shifts(page);
      if (by > SHIFT) moved[width] = by;
    }
    expect(moved).toEqual({});
  });
}

test('nothing on Profile moves where the email is too long for one line of its heading', async ({ page, signUp, account, person }) => {
  await signUp.open();
  await signUp.fill({ ...person, email: `grace-${person.email}` });
  await signUp.submit.click();
  await expect(account.name.edit).toBeVisible();
  await countShifts(page);
  await page.setViewportSize({ width: 390, height: 800 });
  await open(page, '/account');
  await expect(account.name.edit).toBeVisible();
  expect(await shifts(page)).toBeLessThanOrEqual(SHIFT / 2);
});

test('nothing moves when a page brings an alert about a reused session that the tab has shown before', async ({ server, context, client, page, signIn, account, person }) => {
  await stolen({ server, context, client, signIn, account, person });
  await expect(account.review).toBeVisible();
  await countShifts(page);
  const moved: Record<string, number> = {};
  for (const path of ['/account', '/account/security', '/account/devices', '/account/activity', '/account/data', '/account/password', '/account/delete']) {
    await open(page, path);
    await expect(account.review).toBeVisible();
    await expect(page.locator('main .skeleton')).toHaveCount(0);
    const by = await shifts(page);
    if (by > SHIFT) moved[path] = by;
  }
  expect(moved).toEqual({});
});

test('after too many attempts the button counts down, and works again by itself', async ({ page, signIn, account, person }) => {
  await page.clock.install();
  await signIn.open();
  await page.route('/api/auth/login', (route) =>
    route.fulfill({ status: 429, headers: { 'retry-after': '62' }, json: { error: 'Too often.', code: 'RATE_LIMITED', requestId: '1' } }));
  await signIn.fill(person);
  await signIn.submit.click();
  // The time stands on the button alone, where it stays true.
  await expect(signIn.alert).toHaveText('Too many attempts.');
  await expect(page.getByRole('status').filter({ hasText: 'Try again in 1:02' })).toBeAttached();
  const waiting = page.getByRole('button', { name: /^Try again in/ });
  await expect(waiting).toHaveAttribute('aria-disabled', 'true');
  await page.clock.runFor(20_000);
  await expect(waiting).toHaveText('Try again in 0:42');
  await page.unroute('/api/auth/login');
  await page.clock.runFor(43_000);
  await expect(signIn.alert).toHaveCount(0);
  await expect(page.getByRole('status').filter({ hasText: 'You can try again now.' })).toBeAttached();
  await signIn.submit.click();
  await account.shows(person);
});

// Chrome's "Slow 3G": 400 kbit/s, and 400 ms each way.
const SLOW_3G = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };
const NO_LIMIT = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };

for (const withProgram of [true, false]) {
  test(`on Slow 3G, with a quarter of the processor${withProgram ? '' : ' and without the program'}, a form that is sent 200 ms after the first paint signs in`, async ({
    watch, context, page, account, person,
  }) => {
    const devtools = await context.newCDPSession(page);
    await devtools.send('Network.enable');
    await devtools.send('Network.emulateNetworkConditions', SLOW_3G);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    if (!withProgram) {
      watch.expect(/ERR_FAILED|Failed to (load|fetch)/);
      await page.route(/\.wasm/, (route) => route.abort());
    }
    await page.addInitScript(({ email, password }) => {
      if (location.pathname !== '/sign-in') return;
      new PerformanceObserver((list) => {
        if (!list.getEntriesByName('first-contentful-paint').length) return;
        setTimeout(() => {
          document.querySelector<HTMLInputElement>('#email')!.value = email;
          document.querySelector<HTMLInputElement>('#password')!.value = password;
          document.querySelector<HTMLButtonElement>('main form button[type=submit].wide')!.click();
        }, 200);
      }).observe({ type: 'paint', buffered: true });
    }, person);
    await page.goto('/sign-in', { waitUntil: 'commit' });
    await page.waitForURL('/account', { waitUntil: 'commit' });
    expect(await refreshCookie(context)).toBeDefined();
    await devtools.send('Network.emulateNetworkConditions', NO_LIMIT);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    if (withProgram) await account.shows(person);
    else await expect(new StoppedPage(page).words).toBeVisible();
  });
}
