// A tab that has not heard that somebody else signed in in another one.
import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures/index.ts';
import { NEW_PASSWORD, type Person, somebody } from '../fixtures/person.ts';
import { Traffic } from '../fixtures/traffic.ts';
import { AccountPage } from '../pages/account.ts';
import { SignInPage } from '../pages/sign-in.ts';

/** From now on its pages hear nothing of other tabs. */
async function deafen(page: Page): Promise<void> {
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'BroadcastChannel'));
}

/** Signs out whoever is signed in, and somebody else in. */
async function change(page: Page, person: Person): Promise<void> {
  const account = new AccountPage(page);
  await account.open();
  const told = page.waitForResponse('/api/auth/logout');
  await account.leave();
  await told;
  await new SignInPage(page).signIn(person);
  await account.shows(person);
}

test('what one person typed is neither sent for another nor left to them', async ({
  client, secondTab, page, signIn, password, deleteAccount, account, person,
}) => {
  const another = somebody();
  expect((await client.register(another)).status).toBe(201);
  await deafen(page);
  await signIn.signIn(person);
  await password.open();
  await expect(password.username).toHaveValue(person.email);
  await change(await secondTab(), another);

  const traffic = new Traffic(page);
  await password.change(person.password, NEW_PASSWORD);
  await expect(password.username).toHaveValue(another.email);
  await expect(password.current).toHaveValue('');
  await expect(password.new).toHaveValue('');
  await expect(password.done).toHaveCount(0);
  await expect(password.alert).toHaveCount(0);
  await expect(page).toHaveTitle(/^Change password/);
  expect(traffic.lines.filter((line) => line.includes('/auth/password'))).toEqual(['POST /api/auth/password 403']);

  // The page is theirs now, and works.
  await password.change(another.password, NEW_PASSWORD);
  await expect(password.done).toBeVisible();
  await deleteAccount.open();
  await expect(deleteAccount.heading).toBeVisible();
  await page.getByRole('link', { name: 'Keep my account' }).click();
  await page.getByRole('main').getByRole('link', { name: 'Profile' }).click();
  await account.shows(another);
});

test('what was said to one person is not left for another', async ({ client, secondTab, page, signIn, devices, person }) => {
  const another = somebody();
  expect((await client.register(another)).status).toBe(201);
  await deafen(page);
  await signIn.signIn(person);
  await devices.open();
  await devices.shows(2);
  await devices.end(devices.others);
  await expect(devices.notice).toHaveText(/^Signed out /);
  await change(await secondTab(), another);

  await devices.comeBack();
  // That of the sign-up, too.
  await devices.shows(2);
  await expect(devices.notice).toBeEmpty();
  await devices.comeBack();
  await devices.shows(2);
});
