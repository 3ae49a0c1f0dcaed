import { expect, test } from '../fixtures/index.ts';
import { somebody } from '../fixtures/person.ts';

/** Holds the program of every page back until it is released. */
const held = async (page: import('@playwright/test').Page): Promise<() => void> => {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\.wasm/, async (route) => {
    await released;
    await route.continue().catch(() => {});
  });
  return release;
};

test('a person who sends the form before the program has come is signed in', async ({ page, signIn, account, person }) => {
  const release = await held(page);
  await page.goto('/sign-in', { waitUntil: 'commit' });
  await signIn.fill(person);
  const [sent] = await Promise.all([page.waitForRequest((request) => request.isNavigationRequest()), signIn.submit.click()]);
  expect(sent.method()).toBe('POST');
  expect(sent.url()).not.toContain(person.password);
  await page.waitForURL('/account');
  release();
  await account.shows(person);
  await page.reload();
  await account.shows(person);
});

test('a person who sends the sign-up before the program has come has an account', async ({ page, signUp, account }) => {
  const release = await held(page);
  const ada = somebody();
  await page.goto('/sign-up', { waitUntil: 'commit' });
  await signUp.fill(ada);
  await signUp.submit.click();
  await page.waitForURL('/account');
  release();
  await account.shows(ada);
});

test('the page to go on to survives it', async ({ page, signIn, person }) => {
  await held(page);
  await page.goto('/sign-in?next=/account/activity', { waitUntil: 'commit' });
  await signIn.fill(person);
  await signIn.submit.click();
  await page.waitForURL('/account/activity');
});

test('a refusal before the program has come is taken over by the program, which then signs in', async ({ page, signIn, account, person, watch }) => {
  watch.expect(/401/);
  const release = await held(page);
  await page.goto('/sign-in', { waitUntil: 'commit' });
  await signIn.fill({ ...person, password: 'not the right one at all' });
  await signIn.submit.click();
  await expect(signIn.alert).toBeVisible();
  release();
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', '');
  await expect(signIn.alert).toBeVisible();
  await expect(signIn.email).toHaveValue(person.email);
  await signIn.password.fill(person.password);
  await signIn.submit.click();
  await account.shows(person);
});

test('other tabs of the browser refresh with the session that a form has begun', async ({ page, signIn, account, person, secondTab }) => {
  const release = await held(page);
  await page.goto('/sign-in', { waitUntil: 'commit' });
  await signIn.fill(person);
  await signIn.submit.click();
  await page.waitForURL('/account');
  const second = await secondTab();
  await Promise.all([second.goto('/account/activity'), Promise.resolve(release())]);
  await account.shows(person);
  await expect(second.getByRole('main')).toContainText('Signed in');
});

test('a sign-out that the server has not heard of leaves the session alone that a form has begun since', async ({ watch, page, signIn, account, person }) => {
  watch.expect(/ERR_FAILED/);
  await signIn.signIn(person);
  await account.shows(person);
  await page.route('**/api/auth/logout', (route) => route.abort());
  await account.leave();
  await expect(signIn.notice).toContainText('we couldn’t tell the server yet');
  const release = await held(page);
  await page.goto('/sign-in', { waitUntil: 'commit' });
  await page.unroute('**/api/auth/logout');
  await signIn.fill(person);
  await signIn.submit.click();
  await page.waitForURL('/account');
  release();
  await account.shows(person);
  await page.reload();
  await account.shows(person);
});

test('a tab follows when somebody signs in by a form in another', async ({ secondTab, page, signIn, account, person }) => {
  await signIn.open();
  const other = await secondTab();
  const release = await held(other);
  await other.goto('/sign-in', { waitUntil: 'commit' });
  await other.getByLabel('Email', { exact: true }).fill(person.email);
  await other.getByLabel('Password', { exact: true }).fill(person.password);
  await other.getByRole('button', { name: 'Sign in', exact: true }).click();
  await other.waitForURL('/account');
  release();
  await account.shows(person);
  await expect(page).toHaveURL('/account');
});

test('a form that is sent twice is answered once', async ({ page, signUp, account }) => {
  const release = await held(page);
  const ada = somebody();
  await page.goto('/sign-up', { waitUntil: 'commit' });
  await signUp.fill(ada);
  await page.evaluate(() => {
    const button = document.querySelector<HTMLButtonElement>('main form button[type=submit]');
    button?.click();
    button?.click();
  });
  await page.waitForURL('/account');
  release();
  await account.shows(ada);
});

test('a link from the form to a page for everybody asks for no session', async ({ page, signIn, context }) => {
  await signIn.open();
  const asked: string[] = [];
  context.on('request', (request) => {
    if (request.url().includes('/api/')) asked.push(request.url());
  });
  const [opened] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('contentinfo').getByRole('link', { name: 'Why was I signed out?' }).click({ modifiers: ['ControlOrMeta'] }),
  ]);
  await expect(opened.locator('html')).toHaveAttribute('data-hydrated', '');
  expect(asked).toEqual([]);
});
