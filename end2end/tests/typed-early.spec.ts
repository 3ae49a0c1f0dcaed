import type { Page, Request } from '@playwright/test';

import { expect, test } from '../fixtures/index.ts';
import { NEW_PASSWORD, type Person } from '../fixtures/person.ts';
import type { AccountPage } from '../pages/account.ts';
import { hydrated } from '../pages/hydrated.ts';
import type { PasswordPage } from '../pages/password.ts';
import type { SignInPage } from '../pages/sign-in.ts';
import { StoppedPage } from '../pages/stopped.ts';

/** The program comes, or fails to, when it is let go. */
async function heldProgram(page: Page, then: 'continue' | 'abort' = 'continue'): Promise<() => void> {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\.wasm/, async (route) => {
    await held;
    await route[then]();
  });
  return release;
}

test('what was typed before the page was ready is there when it is', async ({ page, signIn, account, person }) => {
  const release = await heldProgram(page);
  await page.goto('/sign-in', { waitUntil: 'commit' });
  await signIn.fill(person);
  release();
  await hydrated(page);
  await expect(page.locator('html[data-anew]')).toHaveCount(0);
  await expect(signIn.email).toHaveValue(person.email);
  await signIn.submit.click();
  await account.shows(person);
});

test('so it is where the page has to be rendered anew, with the focus and what was selected', async ({ page, signUp, person }) => {
  const release = await heldProgram(page);
  await page.goto('/sign-up', { waitUntil: 'commit' });
  await signUp.fill(person);
  await signUp.displayName.fill('Ada Byron');
  await signUp.displayName.evaluate((input: HTMLInputElement) => {
    input.setSelectionRange(4, 9);
    for (const each of document.querySelectorAll('input')) each.before(document.createElement('x-y'));
  });
  release();
  await hydrated(page);
  await expect(page.locator('html[data-anew]')).toHaveCount(1);
  await expect(page.locator('x-y')).toHaveCount(0);
  await expect(signUp.displayName).toBeFocused();
  await page.keyboard.type('Lovelace');
  await expect(signUp.displayName).toHaveValue('Ada Lovelace');
  await expect(signUp.email).toHaveValue(person.email);
  await expect(signUp.password).toHaveValue(person.password);
  await expect(signUp.password).toHaveAccessibleDescription('Strong.');
});

test('a box that was unticked stays so', async ({ page, signIn }) => {
  const release = await heldProgram(page);
  await page.goto('/sign-in', { waitUntil: 'commit' });
  await signIn.remember.uncheck();
  await page.evaluate(() => document.querySelector('main')?.prepend(document.createElement('x-y')));
  release();
  await hydrated(page);
  await expect(page.locator('html[data-anew]')).toHaveCount(1);
  await expect(signIn.remember).not.toBeChecked();
});

test('a page that is translated after it was ready goes on', async ({ page, signIn, account, person }) => {
  await signIn.open();
  await signIn.fill(person);
  await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    for (const text of texts) {
      const around = document.createElement('font');
      text.replaceWith(around);
      around.append(document.createElement('font'));
      around.firstElementChild?.append(`(${text.data})`);
    }
  });
  await page.locator('main form button[type=submit]').click();
  await account.shows(person);
});

interface Early {
  readonly page: Page;
  readonly signIn: SignInPage;
  readonly account: AccountPage;
  readonly password: PasswordPage;
  readonly person: Person;
}

/** The form for a new password is sent before the program has come. Returns what lets that go, and what is requested from now on. */
async function sentEarly({ page, signIn, account, password, person }: Early, then?: 'abort'): Promise<{ release: () => void; requests: Request[] }> {
  await signIn.signIn(person);
  await account.shows(person);
  const release = await heldProgram(page, then);
  await page.goto('/account/password', { waitUntil: 'commit' });
  const requests: Request[] = [];
  page.on('request', (request) => requests.push(request));
  await password.change(person.password, NEW_PASSWORD);
  await expect(password.submit).toHaveClass(/busy/);
  return { release, requests };
}

test('a form of the account that is sent before the page is ready waits for it, with all that was typed', async ({
  page, signIn, account, password, person,
}) => {
  const { release, requests } = await sentEarly({ page, signIn, account, password, person });
  release();
  await expect(password.done).toBeVisible();
  expect(requests.filter((request) => request.isNavigationRequest())).toEqual([]);
});

test('a form of the account that was sent before the page is ready is not sent after something else was typed', async ({
  page, signIn, account, password, person,
}) => {
  const { release, requests } = await sentEarly({ page, signIn, account, password, person });
  await password.new.press('End');
  await password.new.pressSequentially('!');
  // At once: after eight seconds the page gives up by itself.
  expect(await password.submit.getAttribute('class')).not.toContain('busy');
  release();
  await hydrated(page);
  await expect(password.new).toHaveValue(`${NEW_PASSWORD}!`);
  // The program asks for the account after it would have sent the form.
  await expect(page.getByRole('button', { name: /^Account menu of/ })).toBeVisible();
  expect(requests.map((request) => new URL(request.url()).pathname)).not.toContain('/api/auth/password');
});

test('a form of the account is not held where the program does not come, and the page says so each time', async ({ watch, page, signIn, account, password, person }) => {
  watch.expect(/Failed to load|TypeError|net::ERR_FAILED/);
  const { release } = await sentEarly({ page, signIn, account, password, person }, 'abort');
  release();
  const { words } = new StoppedPage(page);
  await expect(words).toBeVisible();
  await expect(password.submit).not.toHaveClass(/busy/);
  await password.submit.click();
  await expect(words).toBeFocused();
  await expect(password.submit).not.toHaveClass(/busy/);
  await expect(password.new).toHaveValue(NEW_PASSWORD);
});

test('a form of the account that waits for a slow program can be sent again when the page says that it is not working', async ({
  page, signIn, account, password, person,
}) => {
  await page.clock.install();
  const { release, requests } = await sentEarly({ page, signIn, account, password, person });
  await page.clock.runFor(8000);
  await expect(new StoppedPage(page).words).toBeVisible();
  await expect(password.submit).not.toHaveClass(/busy/);
  await expect(password.submit).not.toHaveAttribute('aria-disabled');
  release();
  await hydrated(page);
  await expect(page.getByRole('button', { name: /^Account menu of/ })).toBeVisible();
  expect(requests.map((request) => new URL(request.url()).pathname)).not.toContain('/api/auth/password');
});

test('an email that was typed before the page was ready survives a reload', async ({ page, signIn, person }) => {
  const release = await heldProgram(page);
  await page.goto('/sign-in', { waitUntil: 'commit' });
  await signIn.email.fill(person.email);
  release();
  await hydrated(page);
  await page.reload();
  await hydrated(page);
  await expect(signIn.email).toHaveValue(person.email);
});
