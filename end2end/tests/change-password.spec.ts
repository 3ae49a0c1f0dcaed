import { refreshCookie } from '../fixtures/cookies.ts';
import { expect, test } from '../fixtures/index.ts';
import { NEW_PASSWORD, WRONG_PASSWORD } from '../fixtures/person.ts';
import { AccountPage } from '../pages/account.ts';
import { SignInPage } from '../pages/sign-in.ts';

test('a new password keeps this browser signed in, in every tab, and signs out all others', async ({
  server, context, anotherBrowser, secondTab, page, signIn, account, password, person,
}) => {
  const elsewhere = await anotherBrowser();
  const [there, itsSignIn] = [new AccountPage(elsewhere), new SignInPage(elsewhere)];
  await itsSignIn.signIn(person);
  await there.shows(person);
  await signIn.signIn(person);
  const tab = new AccountPage(await secondTab());
  await tab.open();
  await tab.shows(person);
  const cookie = async (): Promise<string | undefined> => (await refreshCookie(context))?.value;
  const before = await cookie();

  await password.open();
  await password.change(person.password, NEW_PASSWORD);
  await expect(password.done).toBeVisible();
  await expect(password.done).toBeFocused();
  await expect(password.current).toHaveCount(0);
  expect(await cookie()).not.toBe(before);

  // This tab goes on with what it was given, the other one finds out by itself.
  await page.getByRole('link', { name: 'Profile' }).click();
  await account.shows(person);
  await account.load();
  await tab.lookAgain();
  await expect(tab.upToDate).toBeVisible();
  await tab.shows(person);
  await server.advance({ minutes: 16 });
  await Promise.all([account.load(), tab.load()]);
  for (const one of [account, tab]) await one.shows(person);

  await there.lookAgain();
  await expect(itsSignIn.notice).toContainText('Your password was changed.');
  await itsSignIn.fill({ ...person, password: NEW_PASSWORD });
  await itsSignIn.submit.click();
  await there.shows(person);
});

test('a wrong current password is refused at its field', async ({ page, signIn, password, person }) => {
  await signIn.signIn(person);
  await password.open();
  await password.change(WRONG_PASSWORD, NEW_PASSWORD);
  await expect(password.current).toBeFocused();
  await expect(password.current).toHaveAttribute('aria-invalid', 'true');
  await expect(password.current).toHaveAccessibleDescription('That’s not your current password.');
  await expect(page).toHaveURL('/account/password');
});

test('a new password that is too short or easily guessed is refused at its field', async ({ signIn, password, person }) => {
  await signIn.signIn(person);
  await password.open();
  await password.change(person.password, 'short');
  await expect(password.new).toBeFocused();
  await expect(password.new).toHaveAccessibleDescription(/12 characters or more/);
  await password.change(person.password, 'password1234');
  await expect(password.new).toBeFocused();
  await expect(password.new).toHaveAccessibleDescription(/common|guess/i);
});

test('a password manager learns whose password it is, and which is which', async ({ signIn, password, person }) => {
  await signIn.signIn(person);
  await password.open();
  await expect(password.username).toHaveValue(person.email);
  await expect(password.username).toBeHidden();
  await expect(password.current).toHaveAttribute('autocomplete', 'current-password');
  await expect(password.new).toHaveAttribute('autocomplete', 'new-password');
});

test('an answer that was lost is not called a failure, and the session says what became of it', async ({
  watch, page, signIn, password, person,
}) => {
  watch.expect(/ERR_FAILED/);
  await signIn.signIn(person);
  await password.open();
  let lost = 0;
  await page.route('/api/auth/password', async (route) => {
    lost += 1;
    // The server does it, and nobody hears of it.
    const { headers, ...rest } = { headers: await route.request().allHeaders(), method: 'POST', body: route.request().postData() };
    const plain = Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':') && name !== 'content-length'));
    expect((await fetch(route.request().url(), { ...rest, headers: plain })).status).toBe(200);
    await route.abort();
  });
  await password.change(person.password, NEW_PASSWORD);
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(signIn.notice).toContainText('Sign in with the new one.');
  expect(lost).toBe(1);
});
