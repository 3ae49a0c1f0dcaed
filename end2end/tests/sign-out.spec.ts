import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures/index.ts';
import { NEW_PASSWORD, somebody } from '../fixtures/person.ts';
import { AccountPage } from '../pages/account.ts';
import { open } from '../pages/hydrated.ts';
import { SignInPage } from '../pages/sign-in.ts';

// XS-11, as `back-forward.spec.ts`
test('signing out ends the session in every tab, in the browser and on the server at once', async ({
  server, context, client, secondTab, page, signIn, account, person,
}) => {
  await signIn.signIn(person);
  const accessToken = await account.load();
  const other = new AccountPage(await secondTab());
  await other.open();
  await other.shows(person);
  const itsAccessToken = await other.load();
  expect((await client.me(accessToken)).status).toBe(200);

  const told = page.waitForResponse('/api/auth/logout');
  await account.leave();
  await expect(page).toHaveURL('/sign-in');
  await expect(signIn.notice).toHaveText('You’re signed out.');
  await expect(other.page).toHaveURL('/sign-in');
  await expect(other.page.getByText(/You signed out in another tab/)).toBeVisible();
  await expect(other.page.getByText(person.email)).toHaveCount(0);

  expect((await told).status()).toBe(204);
  expect(await context.cookies(`${server.origin}/api/auth`)).toEqual([]);
  for (const token of [accessToken, itsAccessToken]) {
    const answer = await client.me(token);
    expect([answer.status, answer.body['code']]).toEqual([403, 'TOKEN_REVOKED']);
  }

  await page.goBack();
  await expect(signIn.heading).toBeVisible();
  await expect(page.getByText(person.email)).toHaveCount(0);
});

test('the page that signs out leads a person who is signed out to the sign-in page', async ({ page, context, signIn, person }) => {
  await page.goto('/sign-out');
  await expect(page).toHaveURL('/sign-in?note=signed-out');
  await expect(signIn.notice).toHaveText('You’re signed out.');
  await signIn.signIn(person);
  // Without the cookie that scripts can read, the page has to ask.
  await context.clearCookies({ name: 'sessionGen' });
  await open(page, '/sign-out');
  await page.getByRole('main').getByRole('link', { name: 'Stay signed in' }).click();
  await expect(page).toHaveURL('/account');
  await open(page, '/sign-out');
  await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/sign-in?note=signed-out');
  await expect(signIn.notice).toHaveText('You’re signed out.');
  await expect.poll(() => context.cookies('http://localhost/api/auth')).toEqual([]);
});

test('a tab follows when somebody signs in in another', async ({ secondTab, page, signIn, account, person }) => {
  await signIn.open();
  await new SignInPage(await secondTab()).signIn(person);
  await expect(page).toHaveURL('/account');
  await account.shows(person);
});

test('a sign-out that the server could not hear of is kept until it can', async ({
  server, watch, client, page, signIn, account, person,
}) => {
  watch.expect(/503/);
  await signIn.signIn(person);
  const accessToken = await account.load();
  await server.breakDown({ storeDown: true });
  await account.leave();
  await expect(signIn.notice).toContainText('we couldn’t tell the server yet');
  // Not even a reload brings the session back.
  await page.reload();
  await expect(signIn.heading).toBeVisible();
  // A page that is asked for meanwhile comes after the next sign-in.
  await page.goto('/account/devices');
  await expect(page).toHaveURL('/sign-in?next=/account/devices');
  const told = page.waitForResponse((response) => response.url().endsWith('/api/auth/logout') && response.ok());
  await server.breakDown({ storeDown: false });
  await told;
  await expect(signIn.notice).toHaveText('You’re signed out.');
  expect((await client.me(accessToken)).body['code']).toBe('TOKEN_REVOKED');
});

/**
 * A browser without locks, in which the answer to a new password, and with it the cookie, comes when it is released.
 * `changed` resolves once the server has done its part.
 */
async function holdNewPassword(page: Page): Promise<{ changed: Promise<void>; release: () => void }> {
  let [tell, release] = [(): void => {}, (): void => {}];
  const changed = new Promise<void>((resolve) => (tell = resolve));
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }));
  await page.route('/api/auth/password', async (route) => {
    const { 'content-length': _, ...headers } = await route.request().allHeaders();
    const answer = await fetch(route.request().url(), { method: 'POST', headers, body: route.request().postData() });
    const [status, body, cookies] = [answer.status, await answer.text(), answer.headers.getSetCookie().join('\n')];
    tell();
    await held;
    await route.fulfill({ status, body, headers: { 'content-type': 'application/json', 'set-cookie': cookies } });
  });
  return { changed, release };
}

test('a sign-out is not undone by a new password whose cookie comes later, in a browser without locks', async ({
  server, context, page, signIn, account, password, person,
}) => {
  const answer = await holdNewPassword(page);
  await signIn.signIn(person);
  await password.open();
  await password.change(person.password, NEW_PASSWORD);
  await answer.changed;
  const told = page.waitForResponse('/api/auth/logout');
  await account.leave();
  await told;

  const toldAgain = page.waitForResponse('/api/auth/logout');
  const ended = page.waitForResponse('/api/sessions/*');
  const late = page.waitForResponse('/api/auth/password');
  answer.release();
  expect((await late).status()).toBe(200);
  expect((await toldAgain).status()).toBe(204);
  // The sign-out may have ended the session by its cookie before it was ended by its name.
  expect([204, 403]).toContain((await ended).status());
  expect(await context.cookies(`${server.origin}/api/auth`)).toEqual([]);
  await page.reload();
  await expect(signIn.heading).toBeVisible();
});

test('who signs in after a sign-out is not given the account of a new password whose cookie comes later', async ({
  client, page, signIn, account, password, person,
}) => {
  const another = somebody();
  expect((await client.register(another)).status).toBe(201);
  const answer = await holdNewPassword(page);
  await signIn.signIn(person);
  await password.open();
  await password.change(person.password, NEW_PASSWORD);
  await answer.changed;
  const told = page.waitForResponse('/api/auth/logout');
  await account.leave();
  await told;
  // On this very page: to open another would hang up on the answer.
  await signIn.fill(another);
  await signIn.submit.click();
  await account.shows(another);

  const ended = page.waitForResponse('/api/sessions/*');
  const late = page.waitForResponse('/api/auth/password');
  answer.release();
  const { accessToken } = (await (await late).json()) as { accessToken: string };
  expect((await ended).status()).toBe(204);
  expect((await client.me(accessToken)).body['code']).toBe('TOKEN_REVOKED');
  // The cookie of that session has taken the place of hers: she signs in once more.
  await page.reload();
  await expect(signIn.heading).toBeVisible();
  await signIn.signIn(another);
  await account.shows(another);
});
