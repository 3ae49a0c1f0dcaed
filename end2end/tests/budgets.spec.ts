// What no page may do: run out of the screen, jump, or leave its person hammering.
import type { Page } from '@playwright/test';

import { refreshCookie } from '../fixtures/cookies.ts';
import { expect, test } from '../fixtures/index.ts';
import { WRONG_PASSWORD } from '../fixtures/person.ts';
import { open } from '../pages/hydrated.ts';
import { SignInPage } from '../pages/sign-in.ts';
import { StoppedPage } from '../pages/stopped.ts';

const PUBLIC = ['/', '/sign-in', '/sign-up', '/signed-out', '/signed-out?reason=REUSE_DETECTED', '/connection', '/nowhere'];
const ACCOUNT = ['/account', '/account/security', '/account/password', '/account/devices', '/account/activity', '/account/data', '/account/delete'];

/** By how many pixels the page is wider than the screen. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function largeText(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Page.enable');
  await devtools.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
}

for (const [what, width, isLarge] of [['a screen of 320 pixels', 320, false], ['text of twice the size', 390, true]] as const) {
  for (const locale of ['en-GB', 'it-IT']) {
    test.describe(`${what}, ${locale}`, () => {
      test.use({ viewport: { width, height: 700 }, locale });

      test('no page runs out of the screen, and no question on it', async ({ anotherBrowser, page, client, signIn, person }) => {
        const wide: string[] = [];
        const look = async (where: string): Promise<void> => {
          const by = await overflow(page);
          if (by > 0) wide.push(`${where}: ${by}`);
        };
        if (isLarge) await largeText(page);
        for (const path of PUBLIC) {
          await open(page, path);
          await look(path);
        }
        await client.login({ ...person, password: WRONG_PASSWORD });
        await page.goto('/sign-in');
        await page.locator('#email').fill(person.email);
        await page.locator('#password').fill(person.password);
        await page.locator('button[type=submit].wide').click();
        await page.waitForURL('/account');
        await new SignInPage(await anotherBrowser({ locale: 'en-GB' })).signIn(person);
        for (const path of ACCOUNT) {
          await open(page, path);
          await expect(page.locator('main .skeleton')).toHaveCount(0);
          await look(path);
        }
        await page.locator('.menu-button').click();
        await look('the menu');
        await open(page, '/account');
        await page.locator('.setting button').first().click();
        await look('the name');
        await open(page, '/account/devices');
        await page.locator('.section-head button').click();
        await look('all others');
        await page.locator('.section-head form button').last().click();
        for (const row of await page.locator('.device .row-actions button').all()) await row.click();
        await look('the details');
        // The newest takes the password, the oldest can be taken back.
        for (const row of await page.locator('.device > button').all()) {
          if (await row.isVisible()) await row.click();
          if (!page.url().endsWith('/account/devices')) break;
          await look('a device');
          break;
        }
        expect(wide).toEqual([]);
        expect(signIn).toBeTruthy();
      });
    });
  }
}

test('nothing on the account moves when the data comes', async ({ page, signIn, account, person }) => {
  await signIn.signIn(person);
  await page.addInitScript(() => {
    Object.assign(window, { shift: 0 });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) {
        (window as unknown as { shift: number }).shift += entry.value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  for (const path of ['/account', '/account/security', '/account/data']) {
    await open(page, path);
    await expect(page.locator('main .skeleton')).toHaveCount(0);
    if (path === '/account') await account.shows(person);
    // Shifts are reported with the frames that they happen in.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    expect(await page.evaluate(() => (window as unknown as { shift: number }).shift), path).toBeLessThanOrEqual(0.01);
  }
});

test('after too many attempts the button counts down, and works again by itself', async ({ page, signIn, account, person }) => {
  await page.clock.install();
  await signIn.open();
  await page.route('/api/auth/login', (route) =>
    route.fulfill({ status: 429, headers: { 'retry-after': '62' }, json: { error: 'Too often.', code: 'RATE_LIMITED', requestId: '1' } }));
  await signIn.fill(person);
  await signIn.submit.click();
  await expect(signIn.alert).toHaveText('Too many attempts. Try again in 1:02.');
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
