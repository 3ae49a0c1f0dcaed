import { expect, test } from '../fixtures/index.ts';
import { somebody } from '../fixtures/person.ts';

test('who signs up is signed in, and can sign in again after signing out', async ({ page, signUp, signIn, account }) => {
  const person = somebody();
  await signUp.open();
  await signUp.fill(person);
  await signUp.displayName.fill('Ada');
  await signUp.submit.click();
  await expect(page).toHaveURL('/account');
  await account.shows(person);
  await expect(page.getByRole('main').getByText('Ada', { exact: true }).first()).toBeVisible();

  await account.leave();
  await expect(page).toHaveURL('/sign-in');
  await signIn.fill(person);
  await signIn.submit.click();
  await expect(page).toHaveURL('/account');
  await account.shows(person);
});

test('a display name is text, whatever is in it', async ({ page, signUp, account }) => {
  const person = somebody();
  await signUp.open();
  await signUp.fill(person);
  await signUp.displayName.fill('<img src=x onerror=alert(1)>{{7*7}}');
  await signUp.submit.click();
  await account.shows(person);
  await expect(page.locator('main bdi').getByText('<img src=x onerror=alert(1)>{{7*7}}', { exact: true })).toHaveCount(2);
});

test('an address that has an account already is refused next to its field, with a way to sign in', async ({ signUp, signIn, person }) => {
  await signUp.open();
  await signUp.fill(person);
  await signUp.submit.click();
  await expect(signUp.page.getByText('There’s already an account with this email.')).toBeVisible();
  await expect(signUp.email).toHaveValue(person.email);
  await signUp.page.getByRole('link', { name: 'Sign in instead' }).click();
  await expect(signIn.email).toHaveValue(person.email);
});

test('a password that is too short or easily guessed is refused next to its field', async ({ signUp }) => {
  await signUp.open();
  await signUp.fill({ ...somebody(), password: 'short' });
  await signUp.submit.click();
  await expect(signUp.password).toBeFocused();
  await expect(signUp.password).toHaveAttribute('aria-invalid', 'true');
  await expect(signUp.password).toHaveAccessibleDescription(/12 characters or more/);

  await signUp.password.fill('password1234');
  await signUp.submit.click();
  await expect(signUp.password).toHaveAttribute('aria-invalid', 'true');
  await expect(signUp.password).toHaveAccessibleDescription(/common|guess/i);
  await expect(signUp.page).toHaveURL('/sign-up');
});

test('the email and the name stay over a reload and the way to the other form, until their person is signed in, and no password does', async ({ page, signIn, signUp, account, person }) => {
  await signIn.open();
  await signIn.email.fill(person.email);
  await page.getByRole('link', { name: 'Create an account' }).click();
  await expect(signUp.email).toHaveValue(person.email);
  await signUp.displayName.fill('Ada Byron');
  await signUp.password.fill(person.password);
  const kept = (): Promise<string> => page.evaluate(() => JSON.stringify({ ...sessionStorage }));
  expect(await kept()).toContain('Ada Byron');
  expect(await kept()).not.toContain(person.password);
  await page.reload();
  await expect(signUp.email).toHaveValue(person.email);
  await expect(signUp.displayName).toHaveValue('Ada Byron');
  await page.goBack();
  await expect(signIn.email).toHaveValue(person.email);
  await expect(signIn.password).toHaveValue('');
  await signIn.fill(person);
  await signIn.submit.click();
  await account.shows(person);
  for (const typed of [person.email, 'Ada Byron']) expect(await kept()).not.toContain(typed);
  await account.leave();
  await expect(signIn.email).toHaveValue('');
});

test('without a help page of the operator the form says what to do without the password', async ({ page, signIn }) => {
  await signIn.open();
  const help = page.getByRole('main').getByText('ask the people who run this site');
  await expect(help).toBeHidden();
  await page.getByText('Can’t sign in?').click();
  await expect(help).toBeVisible();
});
