// The browser can keep a page as it was and bring it back later, with all that it showed.
import { chromium } from '@playwright/test';

import { browser as settings } from '../fixtures/browser.ts';
import { expect, test } from '../fixtures/index.ts';
import { AccountPage } from '../pages/account.ts';
import { SignInPage } from '../pages/sign-in.ts';

test('a page that comes back shows nothing before the session has answered, and nothing of who has signed out', async ({
  client, page, signIn, account, person,
}) => {
  await signIn.signIn(person);
  const accessToken = await account.load();
  // On another device, so that this browser hears of it from the server alone.
  const { body } = await client.login(person);
  expect((await client.endOtherSessions(String(body['accessToken']))).status).toBe(204);
  expect((await client.me(accessToken)).body['code']).toBe('TOKEN_REVOKED');

  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route(
    '**/api/auth/refresh',
    async (route) => {
      await held;
      await route.continue();
    },
    { times: 1 },
  );
  const asked = page.waitForRequest('**/api/auth/refresh');
  const shown = await page.evaluate(async () => {
    window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    await new Promise((resolve) => setTimeout(resolve));
    return document.body.innerText;
  });
  expect(shown).not.toContain(person.email);
  expect(shown).toContain('Checking your session');
  await asked;
  await expect(page.getByText(person.email)).toHaveCount(0);
  answer();
  await expect(signIn.notice).toContainText('signed out from another device');
});

test('in a browser that keeps pages, going back after a sign-out shows nothing of the person', async ({ server, person }) => {
  const { launchOptions } = settings;
  const browser = await chromium.launch({ ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  try {
    const context = await browser.newContext({ baseURL: server.origin });
    const page = await context.newPage();
    const account = new AccountPage(page);
    await new SignInPage(page).signIn(person);
    await account.shows(person);
    await page.goto('/readyz');
    const other = await context.newPage();
    const second = new AccountPage(other);
    await second.open();
    await second.leave();
    await expect(new SignInPage(other).heading).toBeVisible();
    await page.goBack();
    // Such a browser keeps no page that says `no-store`, and tells so.
    const entry = await page.evaluate(() => performance.getEntriesByType('navigation')[0]?.toJSON());
    expect(entry.type).toBe('back_forward');
    expect(entry.notRestoredReasons.reasons).toContainEqual({ reason: 'response-cache-control-no-store' });
    await expect(new SignInPage(page).heading).toBeVisible();
    await expect(page.getByText(person.email)).toHaveCount(0);
  } finally {
    await browser.close();
  }
});
