import { expect, test } from '../fixtures/index.ts';
import { WRONG_PASSWORD } from '../fixtures/person.ts';
import { AccountPage } from '../pages/account.ts';
import { SignInPage } from '../pages/sign-in.ts';

test('an account can be deleted, and every tab and browser is signed out', async ({
  server, context, anotherBrowser, secondTab, page, signIn, account, deleteAccount, person,
}) => {
  const elsewhere = await anotherBrowser();
  const [there, itsSignIn] = [new AccountPage(elsewhere), new SignInPage(elsewhere)];
  await itsSignIn.signIn(person);
  await there.shows(person);
  await signIn.signIn(person);
  await account.shows(person);
  const tab = new AccountPage(await secondTab());
  await tab.open();
  await tab.shows(person);

  await page.getByRole('link', { name: 'Data & privacy' }).click();
  await expect(page.getByRole('main')).toContainText('on 3 devices');
  await page.getByRole('link', { name: 'Delete account' }).click();
  await expect(deleteAccount.heading).toBeFocused();
  await expect(page.getByRole('main')).toContainText('on 3 devices');
  await deleteAccount.current.fill(person.password);
  await deleteAccount.sure.check();
  await deleteAccount.submit.click();
  await expect(page).toHaveURL('/sign-in');
  await expect(signIn.notice).toContainText('Your account and your data have been deleted.');
  await expect(tab.page).toHaveURL('/sign-in');
  await expect(new SignInPage(tab.page).notice).toContainText('Your account and your data have been deleted.');
  expect(await context.cookies(`${server.origin}/api/auth`)).toEqual([]);

  await there.lookAgain();
  await expect(itsSignIn.notice).toContainText('Your session couldn’t be continued.');
  await signIn.fill(person);
  await signIn.submit.click();
  await expect(signIn.alert).toHaveText('Wrong email or password.');
});

test('nothing is deleted without the tick and the right password', async ({ page, signIn, deleteAccount, person }) => {
  await signIn.signIn(person);
  await deleteAccount.open();
  await deleteAccount.current.fill(WRONG_PASSWORD);
  await deleteAccount.submit.click();
  await expect(deleteAccount.sure).toBeFocused();
  await expect(deleteAccount.sure).toHaveAccessibleDescription('Select the checkbox to continue.');
  await deleteAccount.sure.check();
  await deleteAccount.submit.click();
  await expect(deleteAccount.current).toBeFocused();
  await expect(deleteAccount.current).toHaveAccessibleDescription('That’s not your current password.');
  await page.getByRole('link', { name: 'Keep my account' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Data & privacy' })).toBeVisible();
  expect(await page.context().cookies()).not.toEqual([]);
});
