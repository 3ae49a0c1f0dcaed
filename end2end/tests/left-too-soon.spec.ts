import { expect, test } from '../fixtures/index.ts';
import { WRONG_PASSWORD } from '../fixtures/person.ts';

test('a refusal that comes after its form was left harms nothing', async ({ page, signIn, signUp, person }) => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/api/auth/login', async (route) => {
    await held;
    await route.continue();
  });
  await signIn.open();
  await signIn.fill({ ...person, password: WRONG_PASSWORD });
  await signIn.submit.click();
  await page.getByRole('link', { name: 'Create an account' }).click();
  await expect(signUp.heading).toBeVisible();
  const refused = page.waitForResponse('**/api/auth/login');
  release();
  expect((await refused).status()).toBe(401);
  // Whoever watches the test hears of a program that has stopped; a live one still says what is wrong.
  await signUp.submit.click();
  await expect(signUp.password).toHaveAttribute('aria-invalid', 'true');
});

test('a device that is signed out after its page was left harms nothing', async ({ page, signIn, devices, account, person }) => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/api/sessions/*', async (route) => {
    await held;
    await route.continue();
  });
  await signIn.signIn(person);
  await devices.open();
  await devices.end(devices.others);
  await page.getByRole('link', { name: 'Profile' }).click();
  await account.shows(person);
  const ended = page.waitForResponse('**/api/sessions/*');
  release();
  expect((await ended).status()).toBe(204);
  await account.load();
});
