import type { BrowserContext } from '@playwright/test';

import { Traffic } from '../fixtures/traffic.ts';
import { expect, test } from '../fixtures/index.ts';

const TITLE = 'Your browser doesn’t keep cookies for this site';

/** From now on the browser drops every cookie that it is given. Returns what lets it keep them again. */
async function dropCookies(context: BrowserContext): Promise<() => Promise<void>> {
  const path = '**/api/auth/*';
  await context.route(path, async (route) => {
    const response = await route.fetch();
    // What was fetched has set its cookies already; the page has not heard of it yet.
    await context.clearCookies();
    const headers = response.headers();
    delete headers['set-cookie'];
    await route.fulfill({ response, headers });
  });
  return () => context.unroute(path);
}

/** As Safari does on http: scripts can set plain cookies only. */
async function dropSecureCookies(context: BrowserContext): Promise<void> {
  await dropCookies(context);
  await context.addInitScript(() => {
    const own = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
    Object.defineProperty(document, 'cookie', {
      get: () => own?.get?.call(document),
      set: (cookie: string) => {
        if (!cookie.includes('Secure')) own?.set?.call(document, cookie);
      },
    });
  });
}

test('a browser that drops the cookie is found out after signing in, and its person is told before and after a reload', async ({
  context, page, signIn, account, reasons, person,
}) => {
  await dropCookies(context);
  const traffic = new Traffic(page);
  await signIn.signIn(person);
  await account.shows(person);
  await expect(account.cookiesDropped).toBeVisible();
  await account.load();
  expect(traffic.lines.filter((line) => line.includes('/api/auth/'))).toEqual(['POST /api/auth/login 200']);

  traffic.forget();
  await page.reload();
  await expect(signIn.notice).toContainText('Your browser doesn’t keep cookies for this site');
  await signIn.meaning.click();
  await expect(reasons.reason).toHaveText(TITLE);
  expect(traffic.lines.filter((line) => line.includes('/api/auth/'))).toEqual(['POST /api/auth/refresh 401']);
});

test('a person whose browser keeps secure cookies on https only is told so, and not to change its settings', async ({
  context, page, signIn, account, reasons, person,
}) => {
  await dropSecureCookies(context);
  await signIn.signIn(person);
  await expect(account.cookiesDropped).toContainText('Your browser doesn’t keep secure cookies on http.');
  await page.reload();
  await expect(signIn.notice).toContainText('Your browser doesn’t keep secure cookies on http. Use https or another browser.');
  await signIn.meaning.click();
  await expect(reasons.reason).toHaveText('Your browser doesn’t keep secure cookies on http');
  await expect(page.getByText('COOKIE_SECURE=never')).toBeVisible();
  expect(await context.cookies()).toEqual([]);
});

test('when the token has run out one refresh is tried and no more', async ({ server, context, page, signIn, account, person }) => {
  await dropCookies(context);
  await signIn.signIn(person);
  await expect(account.cookiesDropped).toBeVisible();
  await account.shows(person);
  const traffic = new Traffic(page);
  await server.advance({ minutes: 16 });
  await account.lookAgain();
  await expect(signIn.notice).toContainText('Your browser doesn’t keep cookies for this site');
  await expect(account.cookiesDropped).toHaveCount(0);
  // All that wakes a page: it has nothing to ask for.
  await page.evaluate(() => {
    document.dispatchEvent(new Event('visibilitychange'));
    for (const wake of ['focus', 'online']) window.dispatchEvent(new Event(wake));
  });
  await signIn.meaning.click();
  await page.goBack();
  await expect(signIn.heading).toBeVisible();
  expect(traffic.lines).toEqual(['GET /api/me 401', 'POST /api/auth/refresh 401']);
});

test('a browser that loses a renewed cookie is told of cookies, and not of thieves', async ({
  server, context, page, signIn, account, reasons, person,
}) => {
  await signIn.signIn(person);
  await account.shows(person);
  await server.advance({ minutes: 16 });
  const before = await context.cookies();
  await context.route(
    '**/api/auth/refresh',
    async (route) => {
      const response = await route.fetch();
      await context.clearCookies();
      await context.addCookies(before);
      const headers = response.headers();
      delete headers['set-cookie'];
      await route.fulfill({ response, headers });
    },
    { times: 1 },
  );
  await account.load();
  await expect(account.cookiesDropped).toBeVisible();
  const traffic = new Traffic(page);
  await server.advance({ minutes: 16 });
  await account.lookAgain();
  await expect(signIn.notice).toContainText('Your browser doesn’t keep cookies for this site');
  await signIn.meaning.click();
  await expect(reasons.reason).toHaveText(TITLE);
  // To the server the old cookie is a thief's: it is the page that knows better.
  expect(traffic.lines).toEqual(['GET /api/me 401', 'POST /api/auth/refresh 403']);
});

test('signing out ends a session whose cookie was dropped', async ({ context, client, page, signIn, account, person }) => {
  await dropCookies(context);
  await signIn.signIn(person);
  await expect(account.cookiesDropped).toBeVisible();
  const accessToken = await account.load();
  const ended = page.waitForResponse((response) => response.request().method() === 'DELETE');
  await account.leave();
  await expect(signIn.notice).toHaveText('You’re signed out.');
  expect((await ended).status()).toBe(204);
  expect((await client.me(accessToken)).body['code']).toBe('TOKEN_REVOKED');
  // The page may still ask something.
  await context.unrouteAll({ behavior: 'wait' });
});

test('once cookies are kept again nothing is said any more', async ({ context, page, signIn, account, person }) => {
  const keepCookies = await dropCookies(context);
  await signIn.signIn(person);
  await expect(account.cookiesDropped).toBeVisible();
  await page.reload();
  await expect(signIn.notice).toContainText('doesn’t keep cookies');
  await keepCookies();
  await signIn.fill(person);
  await signIn.submit.click();
  await account.shows(person);
  await expect(account.cookiesDropped).toHaveCount(0);
  await page.reload();
  await account.shows(person);
  await expect(account.cookiesDropped).toHaveCount(0);
});

test('a visitor whose browser takes no cookies is told before signing in', async ({ context, page, signIn }) => {
  const devtools = await context.newCDPSession(page);
  await devtools.send('Emulation.setDocumentCookieDisabled', { disabled: true });
  await signIn.open();
  await expect(signIn.notice).toContainText('Your browser doesn’t keep cookies for this site');
});
