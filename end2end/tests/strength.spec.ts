import type { Locator, Page } from '@playwright/test';

import { expect, test } from '../fixtures/index.ts';
import { hydrated, open } from '../pages/hydrated.ts';

const STRONG = 'seven lanterns by the harbour';
const WORKER = '/assets/strength-worker-*.js';

/** What the page asks anybody for from now on, the worker's requests too. Not the page's own question whether there is a session. */
function requests(page: Page): string[] {
  const urls: string[] = [];
  page.context().on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname !== '/api/auth/refresh') urls.push(`${request.method()} ${pathname}`);
  });
  return urls;
}

/** Types it as a person does, and waits for what is said of it. */
async function says(field: Locator, password: string, words: string | RegExp): Promise<void> {
  await field.fill('');
  await field.pressSequentially(password);
  await expect(field).toHaveAccessibleDescription(words);
}

/** PW-04: the page estimates what the server will decide. */
async function judges(page: Page, field: Locator): Promise<void> {
  await field.focus();
  await says(field, 'short', '7 more characters to go.');
  // The first answer says that the worker is there; from then on nobody is asked anything.
  await says(field, 'password1234', 'Easy to guess. This is a common password. Add unrelated words.');
  const asked = requests(page);
  await says(field, STRONG, 'Strong.');
  await says(field, 'summer winter', 'Easy to guess. Add one or two unrelated words.');
  await says(field, 'harbourx lantern', 'Could be stronger. Add one or two unrelated words.');
  // Of the shipped list alone.
  await says(field, 'PolniyPizdec0211', /^Easy to guess\. This is a common/);
  await says(field, 'bvbvbvbvbvbvbv', /^Easy to guess\. Repeating/);
  // The browser's own normalisation and lower case.
  await says(field, 'ＰＡＳＳＷＯＲＤ１２３４', 'Easy to guess. This is a common password. Add unrelated words.');
  await says(field, 'ПАРОЛЬПАРОЛЬ', /^Easy to guess/);
  await says(field, 'short', '7 more characters to go.');
  await says(field, STRONG, 'Strong.');
  await expect(page.getByRole('main').locator('.strength [aria-live="polite"]')).toHaveText('Strong.');
  expect(asked).toEqual([]);
}

test('a new account’s password is judged while it is typed, and what is typed goes nowhere', async ({ page, signUp }) => {
  const asked = requests(page);
  await signUp.open();
  await signUp.email.fill('lovelace@example.com');
  await signUp.displayName.fill('Ada Byron');
  expect(asked.filter((url) => url.includes('strength')), 'it is fetched when it is needed').toEqual([]);
  await judges(page, signUp.password);
  await says(signUp.password, 'lovelace.byron.2026!', /^Easy to guess\. It contains your name/);
  expect(asked.filter((url) => url.startsWith('POST'))).toEqual([]);
});

test('so is the password that replaces another', async ({ page, signIn, password, person }) => {
  await signIn.signIn(person);
  await password.open();
  await expect(password.username).toHaveValue(person.email);
  await judges(page, password.new);
  await password.current.fill(person.password);
  await password.submit.click();
  await expect(password.done).toBeVisible();
});

test('an estimate is a hint, and the server decides', async ({ signUp, person }) => {
  await signUp.open();
  await signUp.fill({ ...person, email: 'another@example.com', password: STRONG });
  await says(signUp.password, 'harbour lantern', 'Could be stronger. Add one or two unrelated words.');
  await signUp.submit.click();
  await expect(signUp.password).toHaveAccessibleDescription(/This password is too easy to guess/);
});

test('beside an error no bar says that the password is good', async ({ page, signIn, password, person }) => {
  await signIn.signIn(person);
  await password.open();
  await password.current.fill(person.password);
  await password.new.fill(person.password);
  await expect(page.locator('[data-strength=strong]')).toBeVisible();
  await password.submit.click();
  await expect(page.locator('#newPassword-error')).toHaveText('Choose a password other than the current one.');
  await expect(page.locator('[data-strength]')).toHaveCount(0);
});

test.describe('with a name for the service', () => {
  test.use({ settings: { BRAND_NAME: 'Brightwell Books' } });

  test('it is no password', async ({ signUp }) => {
    await signUp.open();
    await says(signUp.password, 'Brightwell-Books-26', /^Easy to guess\. It contains your name/);
  });
});

for (const [language, width] of [['en', 390], ['en', 320], ['it', 390], ['it', 320]] as const) {
  test.describe(`in ${language} at ${width} px`, () => {
    test.use({ locale: language, viewport: { width, height: 844 } });

    test('nothing jumps while a password is judged', async ({ page }) => {
      await open(page, '/sign-up');
      const place = async (): Promise<number | undefined> => (await page.locator('button[type=submit].wide').boundingBox())?.y;
      const [field, strength] = [page.locator('#password'), page.locator('.strength')];
      await field.focus();
      const before = await place();
      for (const [text, judged] of [['bvbvbvbvbvbvbv', 'weak'], ['Sessionkeep-26', 'weak'], ['harbour lantern', 'fair'], [STRONG, 'strong']] as const) {
        await field.fill(text);
        await expect(strength).toHaveAttribute('data-strength', judged);
        expect(await place(), text).toBe(before);
        await field.fill('');
        await expect(strength).not.toHaveAttribute('data-strength');
      }
    });
  });
}

test('without the worker the field says how long the password is', async ({ watch, page, signUp, person }) => {
  watch.expect(/strength-worker|net::ERR_FAILED/);
  await page.route(`**${WORKER}`, (route) => route.abort());
  await signUp.open();
  await signUp.fill({ ...person, email: 'another@example.com', password: 'password1234' });
  await expect(signUp.password).toHaveAccessibleDescription('12 characters.');
  await signUp.submit.click();
  await expect(signUp.password).toHaveAccessibleDescription(/This password is too easy to guess/);
  await signUp.password.fill(STRONG);
  await signUp.submit.click();
  await expect(page).toHaveURL('/account');
});

test('somebody who came to the field before the page was ready is told, too', async ({ page, signUp }) => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(/frontend.*\.wasm/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('/sign-up', { waitUntil: 'commit' });
  await signUp.password.focus();
  await signUp.password.pressSequentially('password1234');
  release();
  await hydrated(page);
  await expect(signUp.password).toHaveAccessibleDescription(/^Easy to guess/);
});

test('nothing is fetched for somebody who saves data', async ({ page, signUp }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
  const asked = requests(page);
  await signUp.open();
  await signUp.password.focus();
  await signUp.password.pressSequentially('password1234');
  await expect(signUp.password).toHaveAccessibleDescription('12 characters.');
  expect(asked.filter((url) => url.includes('strength'))).toEqual([]);
});

/** PW-12 */
test('passwords are hidden, can be pasted and shown, and password managers know which is which', async ({
  page, context, server, signIn, password, person,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
  await open(page, '/sign-up');
  const fields = async (): Promise<(string | null)[][]> =>
    page.locator('main input[autocomplete]').evaluateAll((all) => all.map((it) => [it.getAttribute('autocomplete'), it.getAttribute('type')]));
  expect(await fields()).toEqual([['username', 'email'], ['name', 'text'], ['new-password', 'password']]);
  const field = page.getByLabel('Password', { exact: true });
  await page.evaluate((text) => navigator.clipboard.writeText(text), STRONG);
  await field.focus();
  await page.keyboard.press('ControlOrMeta+V');
  await expect(field).toHaveValue(STRONG);
  await page.getByRole('button', { name: 'Show password' }).click();
  await expect(field).toHaveAttribute('type', 'text');
  await page.getByRole('button', { name: 'Hide password' }).click();
  await expect(field).toHaveAttribute('type', 'password');
  await signIn.open();
  expect((await fields()).slice(0, 2)).toEqual([['username', 'email'], ['current-password', 'password']]);
  await signIn.signIn(person);
  await password.open();
  expect(await fields()).toEqual([['username', 'text'], ['current-password', 'password'], ['new-password', 'password']]);
});
