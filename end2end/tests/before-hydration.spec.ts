import { expect, test } from '../fixtures/index.ts';
import { somebody } from '../fixtures/person.ts';

const NOTE = 'The page was not ready yet, please try again.';

test.beforeEach(async ({ page }) => {
  // The program of the page never arrives.
  await page.route(/\.wasm/, () => {});
});

test('a sign-in sent too early never puts the password into a URL, and says what happened', async ({ page, signIn, person }) => {
  await page.goto('/sign-in', { waitUntil: 'commit' });
  await signIn.fill(person);
  const [sent] = await Promise.all([page.waitForRequest((request) => request.isNavigationRequest()), signIn.submit.click()]);
  expect(sent.method()).toBe('POST');
  await expect(signIn.notice).toHaveText(NOTE);
  expect(new URL(page.url()).pathname).toBe('/sign-in');
  await expect(signIn.password).toHaveValue('');
});

test('a sign-up sent too early neither', async ({ page, signUp }) => {
  await page.goto('/sign-up', { waitUntil: 'commit' });
  await signUp.fill(somebody());
  await signUp.submit.click();
  await expect(signUp.notice).toHaveText(NOTE);
  expect(new URL(page.url()).pathname).toBe('/sign-up');
});

test('the page to go on to survives it', async ({ page, signIn, person }) => {
  await page.goto('/sign-in?next=/account', { waitUntil: 'commit' });
  await signIn.fill(person);
  await signIn.submit.click();
  await expect(signIn.notice).toHaveText(NOTE);
  expect(new URL(page.url()).searchParams.get('next')).toBe('/account');
});
