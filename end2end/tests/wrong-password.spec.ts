import { expect, test } from '../fixtures/index.ts';
import { WRONG_PASSWORD, somebody } from '../fixtures/person.ts';

const REFUSAL = 'Wrong email or password.';

test('a wrong password is announced, and the email address stays', async ({ signIn, person, account }) => {
  await signIn.open();
  await signIn.fill({ ...person, password: WRONG_PASSWORD });
  await signIn.submit.click();
  await expect(signIn.alert).toHaveText(REFUSAL);
  await expect(signIn.email).toHaveValue(person.email);
  await expect(signIn.page).toHaveURL('/sign-in');

  await signIn.password.fill(person.password);
  await signIn.submit.click();
  await account.shows(person);
});

test('an unknown address is answered in the same words', async ({ signIn }) => {
  await signIn.open();
  await signIn.fill(somebody());
  await signIn.submit.click();
  await expect(signIn.alert).toHaveText(REFUSAL);
});

test('the password can be looked at while it is typed', async ({ signIn }) => {
  await signIn.open();
  await signIn.password.fill(WRONG_PASSWORD);
  await expect(signIn.password).toHaveAttribute('type', 'password');
  await signIn.showPassword.click();
  await expect(signIn.password).toHaveAttribute('type', 'text');
  await expect(signIn.password).toHaveValue(WRONG_PASSWORD);
  await signIn.hidePassword.click();
  await expect(signIn.password).toHaveAttribute('type', 'password');
});
