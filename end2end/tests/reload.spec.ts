import { refreshCookie } from '../fixtures/cookies.ts';
import { expect, test } from '../fixtures/index.ts';

test('a reload keeps the session and never shows the sign-in page', async ({ page, signIn, account, person }) => {
  await signIn.signIn(person);
  await account.shows(person);

  // From the first byte on, note every heading and every address that the page has.
  await page.addInitScript(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    const look = (): void => {
      const now = `${location.pathname} ${document.querySelector('h1')?.textContent ?? '-'}`;
      if (seen.at(-1) !== now) seen.push(now);
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
    look();
  });
  // Hold the refresh, so that there is time to look.
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('/api/auth/refresh', async (route) => {
    await held;
    await route.continue();
  });
  await page.reload();
  await expect(account.waiting).toBeAttached();
  await expect(account.heading).toBeVisible();
  release();
  await account.shows(person);

  const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
  expect(seen.filter((line) => line !== '/account -' && line !== '/account Profile')).toEqual([]);
});

test('without the tick the cookie ends with the browser, with it the session lasts', async ({ context, signIn, person }) => {
  const expires = async (): Promise<number | undefined> => (await refreshCookie(context))?.expires;
  await signIn.open();
  await expect(signIn.remember).toBeChecked();
  await signIn.remember.uncheck();
  await signIn.fill(person);
  await signIn.submit.click();
  await signIn.page.waitForURL('/account');
  expect(await expires()).toBe(-1);

  await context.clearCookies();
  await signIn.signIn(person);
  expect(await expires()).toBeGreaterThan(Date.now() / 1000);
});
