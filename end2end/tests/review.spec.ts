// After a theft: the banner that stays until it is answered, on every device.
import { expect, test } from '../fixtures/index.ts';
import { NEW_PASSWORD } from '../fixtures/person.ts';
import { stolen } from '../fixtures/stolen.ts';
import { AccountPage } from '../pages/account.ts';
import { SignInPage as SignIn } from '../pages/sign-in.ts';

test('a theft is told on every page and device until it is answered, and the answer is recorded', async ({
  server, context, client, anotherBrowser, page, signIn, account, activity, person,
}) => {
  await stolen({ server, context, client, signIn, account, person });
  await expect(account.review).toContainText('one of your sessions was used on ');
  const there = await anotherBrowser();
  await new SignIn(there).signIn(person);
  const other = new AccountPage(there);
  await expect(other.review).toBeVisible();

  await page.getByRole('link', { name: /^Activity ?, needs your attention/ }).click();
  await expect(activity.event('Your session was used in two places').getByRole('link', { name: 'Change password' })).toBeVisible();
  await account.review.getByRole('button', { name: 'It was me' }).click();
  await expect(account.review).toContainText('Was this you?');
  await expect(account.review.getByRole('link', { name: 'No, secure my account' })).toBeFocused();
  await account.review.getByRole('button', { name: 'Yes, it was me' }).click();
  await expect(account.review).toHaveCount(0);
  await expect(page.getByRole('status').filter({ hasText: 'The alert is closed on all your devices.' })).toBeFocused();

  await other.lookAgain();
  await expect(other.review).toHaveCount(0);
  // The list that is open shows the answer.
  await expect(activity.event('Alert answered: it was you')).toHaveCount(1);
});

test('the question can be left with Escape and with Cancel, which keeps the focus', async ({ server, context, client, page, signIn, account, person }) => {
  await stolen({ server, context, client, signIn, account, person });
  const opener = account.review.getByRole('button', { name: 'It was me' });
  for (const leave of [
    () => page.keyboard.press('Escape'),
    () => account.review.getByRole('button', { name: 'Cancel' }).click(),
  ]) {
    await opener.click();
    await expect(account.review.getByRole('link', { name: 'No, secure my account' })).toBeFocused();
    await leave();
    await expect(opener).toBeFocused();
  }
});

test('on the page that changes the password the answer "no" leads to its first field', async ({ server, context, client, signIn, account, password, person }) => {
  await stolen({ server, context, client, signIn, account, person });
  await password.open();
  await account.review.getByRole('button', { name: 'It was me' }).click();
  await account.review.getByRole('link', { name: 'No, secure my account' }).click();
  await expect(password.current).toBeFocused();
  await expect(account.review).not.toContainText('Was this you?');
});

test('an answer that arrives on another page closes the alert there', async ({ server, context, client, page, signIn, account, devices, person }) => {
  await stolen({ server, context, client, signIn, account, person });
  let answer = (): void => {};
  const answered = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/api/me/review', async (route) => {
    await answered;
    await route.continue();
  });
  await account.review.getByRole('button', { name: 'It was me' }).click();
  await account.review.getByRole('button', { name: 'Yes, it was me' }).click();
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Devices' }).click();
  await expect(devices.heading).toBeVisible();
  await expect(account.review).toBeVisible();
  answer();
  await expect(account.review).toHaveCount(0);
});

test('another password answers it', async ({ server, context, client, signIn, account, password, person }) => {
  await stolen({ server, context, client, signIn, account, person });
  await account.review.getByRole('link', { name: 'Change password' }).click();
  await expect(password.heading).toBeFocused();
  await expect(account.review.getByRole('link', { name: 'Change password' })).toHaveCount(0);
  await password.change(person.password, NEW_PASSWORD);
  await expect(password.done).toBeVisible();
  await expect(account.review).toHaveCount(0);
  await account.open();
  await account.shows(person);
  await expect(account.review).toHaveCount(0);
});

/** It may be the thief's. */
test('a session from before the theft takes the password', async ({ server, context, client, anotherBrowser, signIn, account, person }) => {
  const there = await anotherBrowser();
  await new SignIn(there).signIn(person);
  const older = new AccountPage(there);
  await stolen({ server, context, client, signIn, account, person });
  await older.open();
  await older.review.getByRole('button', { name: 'It was me' }).click();
  await older.review.getByRole('button', { name: 'Yes, it was me' }).click();
  const field = older.review.getByLabel('Current password', { exact: true });
  await expect(field).toBeFocused();
  await field.fill(person.password);
  await there.keyboard.press('Enter');
  await expect(older.review).toHaveCount(0);
});
