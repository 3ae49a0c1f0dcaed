import { expect, test } from '../fixtures/index.ts';

const TITLES = {
  REUSE_DETECTED: 'Your session was used in two places',
  CLONE_SUSPECTED: 'Your session was used in two places',
  REFRESH_REUSED: 'Your session was used in two places',
  PASSWORD_CHANGED: 'Your password was changed',
  SIGNED_OUT_ELSEWHERE: 'You were signed out from another device',
  ADMIN: 'An administrator signed you out',
  ACCOUNT_DISABLED: 'Your account was disabled',
  SESSION_LIMIT: 'You were signed in on too many devices',
  SESSION_EXPIRED: 'Your session expired',
  REFRESH_MISSING: 'Your browser lost its sign-in cookie',
  COOKIES_BLOCKED: 'Your browser doesn’t keep cookies for this site',
  REFRESH_INVALID: 'Your session couldn’t be continued',
  ACCOUNT_DELETED: 'Your account was deleted',
} as const;

/** It concerns developers, so it is not listed. */
const ON_HTTP = { SECURE_COOKIES_BLOCKED: 'Your browser doesn’t keep secure cookies on http' } as const;

test('each reason is explained', async ({ reasons }) => {
  for (const [code, title] of Object.entries({ ...TITLES, ...ON_HTTP })) {
    await test.step(code, async () => {
      await reasons.open(`?reason=${code}`);
      await expect(reasons.heading).toBeVisible();
      await expect(reasons.reason).toHaveText(title);
    });
  }
});

test('without a reason, or with one that nobody knows, all are explained, and no text of the address is shown', async ({ page, reasons }) => {
  for (const query of ['', '?reason=', '?reason=call+555-0100', '?reason=<b>hello</b>']) {
    await test.step(query, async () => {
      await reasons.open(query);
      await expect(reasons.reason).toHaveCount(0);
      await expect(reasons.reasons).toHaveCount(new Set(Object.values(TITLES)).size);
      await expect(page.getByText(/555|hello/)).toHaveCount(0);
    });
  }
  await reasons.reasons.first().locator('summary').first().click();
  await expect(reasons.reasons.first().getByText('We ended the session on both.')).toBeVisible();
});

test('the reason is one click from the sign-in page, and stays while one moves about', async ({
  server, page, signIn, account, reasons, person,
}) => {
  await signIn.signIn(person);
  await account.shows(person);
  await server.advance({ minutes: 60 * 24 * 40 });
  await account.lookAgain();
  await expect(signIn.notice).toContainText('Your session has expired.');
  await signIn.meaning.click();
  await expect(reasons.heading).toBeFocused();
  await expect(reasons.reason).toHaveText('Your session expired');
  await reasons.signIn.first().click();
  await expect(signIn.notice).toContainText('Your session has expired.');
  await page.goBack();
  await expect(reasons.reason).toHaveText('Your session expired');
  await page.reload();
  await expect(reasons.reason).toHaveText('Your session expired');
  await reasons.all.click();
  // The page still knows why, although its address no longer says so.
  await expect(page).toHaveURL('/signed-out');
});

test('an address frightens nobody who is signed in', async ({ signIn, reasons, person }) => {
  await signIn.signIn(person);
  await reasons.open('?reason=REUSE_DETECTED');
  await expect(reasons.reasons.first()).toBeVisible();
  await expect(reasons.reason).toHaveCount(0);
  await expect(reasons.signIn).toHaveCount(0);
});
