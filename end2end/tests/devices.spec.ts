import { expect, test } from '../fixtures/index.ts';
import { WRONG_PASSWORD } from '../fixtures/person.ts';
import { AccountPage } from '../pages/account.ts';
import { SignInPage } from '../pages/sign-in.ts';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0';

test('this device comes first and is marked, the others follow with what is known of them', async ({
  anotherBrowser, signIn, devices, person,
}) => {
  await new SignInPage(await anotherBrowser({ userAgent: FIREFOX })).signIn(person);
  await signIn.signIn(person);
  await devices.open();
  // The sign-up of the test, too.
  await devices.shows(3);
  await expect(devices.rows.first()).toContainText('This device');
  await expect(devices.rows.first()).toContainText('Last used just now');
  const other = devices.others.filter({ hasText: 'Firefox on Windows' });
  await expect(other).toContainText('from 127.0.0.1');
  await expect(other.locator('time').first()).toHaveAttribute('datetime', /^\d{4}-\d\d-\d\dT/);
  await expect(other.locator('time').first()).toHaveAttribute('title', /\d{1,2} \w+ \d{4}, \d\d:\d\d/);
});

test('a device that is signed out from another is told so in words', async ({ server, anotherBrowser, signIn, devices, person }) => {
  const page = await anotherBrowser({ userAgent: FIREFOX });
  const [other, itsSignIn] = [new AccountPage(page), new SignInPage(page)];
  await itsSignIn.signIn(person);
  await other.shows(person);
  await signIn.signIn(person);
  await devices.open();
  await devices.end(devices.others.filter({ hasText: 'Firefox on Windows' }));
  await expect(devices.notice).toHaveText('Firefox on Windows is signed out now.');
  await expect(devices.notice).toBeFocused();
  await expect(devices.rows.filter({ hasText: 'Firefox on Windows' })).toHaveCount(0);

  await other.loadAgain.click();
  await expect(itsSignIn.notice).toContainText('This session was signed out from another device.');
  await expect(page.getByText(person.email)).toHaveCount(0);
  expect(server.log).not.toContain('panicked');
});

test('all others can be signed out at once', async ({ anotherBrowser, signIn, devices, person }) => {
  const page = await anotherBrowser();
  const [other, itsSignIn] = [new AccountPage(page), new SignInPage(page)];
  await itsSignIn.signIn(person);
  await other.shows(person);
  await signIn.signIn(person);
  await devices.open();
  await devices.shows(3);
  await devices.signOutOthers();
  await expect(devices.notice).toHaveText('All your other devices are signed out now.');
  await devices.shows(1);
  await expect(devices.alone).toBeVisible();
  await expect(devices.endOthers).toHaveCount(0);

  await other.loadAgain.click();
  await expect(itsSignIn.notice).toContainText('This session was signed out from another device.');
  await devices.page.reload();
  await devices.shows(1);
});

test('to end the session of this device is to sign out, in every tab', async ({
  server, context, secondTab, page, signIn, devices, person,
}) => {
  await signIn.signIn(person);
  const other = new AccountPage(await secondTab());
  await other.open();
  await other.shows(person);
  await devices.open();
  const told = page.waitForResponse('/api/auth/logout');
  await devices.end(devices.thisDevice);
  await expect(page).toHaveURL('/sign-in');
  await expect(signIn.notice).toHaveText('You are signed out.');
  await expect(other.page).toHaveURL('/sign-in');
  await told;
  expect(await context.cookies(`${server.origin}/api/auth`)).toEqual([]);

  await page.goBack();
  await expect(signIn.heading).toBeVisible();
  await expect(page.getByText('This device', { exact: true })).toHaveCount(0);
});

test('a session that has ended meanwhile is gone, and that is no mistake', async ({ page, signIn, devices, person }) => {
  await signIn.signIn(person);
  await devices.open();
  await page.route('/api/sessions/*', async (route) => {
    await route.fetch();
    await route.fulfill({ status: 404, contentType: 'application/json', body: '{"error":"There is none.","code":"NOT_FOUND","requestId":"1"}' });
  });
  await devices.end(devices.others);
  await expect(devices.notice).toContainText('was signed out already.');
  await expect(devices.alert).toHaveCount(0);
  await devices.shows(1);
});

test('a device that could not be signed out stays in the list, with the reason', async ({ page, signIn, devices, person }) => {
  await signIn.signIn(person);
  await devices.open();
  await page.route('/api/sessions/*', (route) => route.fulfill({ status: 429, contentType: 'application/json', body: '{"error":"Too often.","code":"RATE_LIMITED","requestId":"1"}' }));
  await devices.end(devices.others);
  await expect(devices.alert).toHaveText('Too often.');
  await devices.shows(2);
});

test('the list is looked at anew when somebody comes back to it', async ({ anotherBrowser, signIn, devices, person }) => {
  await signIn.signIn(person);
  await devices.open();
  await devices.shows(2);
  await new SignInPage(await anotherBrowser({ userAgent: FIREFOX })).signIn(person);
  await devices.comeBack();
  await devices.shows(3);
});

test('the question can be answered with the keyboard, and the focus stays where the person is', async ({ page, signIn, devices, person }) => {
  await signIn.signIn(person);
  await devices.open();
  const button = devices.others.getByRole('button', { name: /^Sign out/ });
  await button.focus();
  await page.keyboard.press('Enter');
  const group = devices.others.getByRole('group');
  await expect(group.getByRole('button', { name: 'Sign out' })).toBeFocused();
  // Somebody who comes back loses neither the question nor the focus.
  const loaded = page.waitForResponse('/api/sessions*');
  await devices.comeBack();
  await loaded;
  await expect(group.getByRole('button', { name: 'Sign out' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(button).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(group.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(button).toBeFocused();
  await devices.shows(2);
});

test('a list that could not be loaded can be loaded again', async ({ page, signIn, devices, person }) => {
  await signIn.signIn(person);
  await page.route('/api/sessions*', (route) => route.fulfill({ status: 429, contentType: 'application/json', body: '{"error":"Too often.","code":"RATE_LIMITED","requestId":"1"}' }));
  await devices.open();
  await expect(devices.alert).toHaveText('Too often.');
  await page.unroute('/api/sessions*');
  await devices.loadAgain.click();
  await devices.shows(2);
});

test.describe('a device that signed in after this one', () => {
  test('is signed out with the current password alone, and a wrong one is said beside the field', async ({
    anotherBrowser, page, signIn, devices, person,
  }) => {
    await signIn.signIn(person);
    await new SignInPage(await anotherBrowser({ userAgent: FIREFOX })).signIn(person);
    await devices.open();
    const newer = devices.others.filter({ hasText: 'Firefox on Windows' });
    await newer.getByRole('button', { name: /^Sign out/ }).click();
    const [group, field] = [devices.question(newer), devices.password(newer)];
    await expect(field).toBeFocused();
    await expect(field).toHaveAttribute('autocomplete', 'current-password');
    await expect(group).toHaveAccessibleDescription(/signed in after the device that you are using/);
    await page.keyboard.press('Enter');
    await expect(field).toHaveAccessibleDescription('Enter your password.');
    await field.fill(WRONG_PASSWORD);
    await page.keyboard.press('Enter');
    await expect(field).toHaveAccessibleDescription('This is not your current password.');
    await expect(field).toBeFocused();
    await devices.shows(3);
    await field.fill(person.password);
    await group.getByRole('button', { name: 'Sign out' }).click();
    await expect(devices.notice).toHaveText('Firefox on Windows is signed out now.');
    await expect(devices.notice).toBeFocused();
    await devices.shows(2);
    expect(page.url()).toMatch(/\/account\/sessions$/);
  });

  test('is left alone by the way back, with the keyboard too, and the password is forgotten', async ({
    anotherBrowser, page, signIn, devices, person,
  }) => {
    await signIn.signIn(person);
    await new SignInPage(await anotherBrowser({ userAgent: FIREFOX })).signIn(person);
    await devices.open();
    const newer = devices.others.filter({ hasText: 'Firefox on Windows' });
    const button = newer.getByRole('button', { name: /^Sign out/ });
    await button.focus();
    await page.keyboard.press('Enter');
    await expect(devices.password(newer)).toBeFocused();
    await page.keyboard.type('half a passw');
    // A password manager may be another window.
    await devices.comeBack();
    await expect(devices.password(newer)).toHaveValue('half a passw');
    await page.keyboard.press('Escape');
    await expect(button).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(devices.password(newer)).toHaveValue('');
    await devices.question(newer).getByRole('button', { name: 'Cancel' }).click();
    await expect(button).toBeFocused();
    // An older one is asked for no password, also while the list has a newer one.
    const older = devices.others.filter({ hasNotText: 'Firefox on Windows' });
    await older.getByRole('button', { name: /^Sign out/ }).click();
    await expect(devices.password(older)).toHaveCount(0);
    await devices.question(older).getByRole('button', { name: /^Sign out/ }).click();
    await devices.shows(2);
  });

  test('keeps a half-typed password while an older device is signed out', async ({ anotherBrowser, page, signIn, devices, person }) => {
    await signIn.signIn(person);
    const other = await anotherBrowser({ userAgent: FIREFOX });
    await new SignInPage(other).signIn(person);
    await devices.open();
    const newer = devices.others.filter({ hasText: 'Firefox on Windows' });
    const [question, field] = [devices.question(newer), devices.password(newer)];
    await newer.getByRole('button', { name: /^Sign out/ }).click();
    await expect(field).toBeFocused();
    await page.keyboard.type('half a passw');
    await question.getByRole('button', { name: /^Show/ }).click();
    // Now the newer device was last used at another time, so its row would be built again.
    await other.reload();
    await new AccountPage(other).shows(person);

    let lists = 0;
    page.on('request', (request) => {
      lists += request.method() === 'GET' && new URL(request.url()).pathname === '/api/sessions' ? 1 : 0;
    });
    await devices.end(devices.others.filter({ hasNotText: 'Firefox on Windows' }));
    await expect(devices.notice).toBeFocused();
    await devices.shows(2);
    await expect(devices.notice).toBeFocused();
    await expect(field).toHaveValue('half a passw');
    await expect(field).toHaveAttribute('type', 'text');
    expect(lists).toBe(0);

    // The list is loaded when the question closes.
    const loaded = page.waitForResponse('/api/sessions*');
    await question.getByRole('button', { name: 'Cancel' }).click();
    await loaded;
    await expect(field).toHaveCount(0);
    await devices.shows(2);
  });

  test('makes signing out everywhere else take the password', async ({ anotherBrowser, signIn, devices, person }) => {
    await signIn.signIn(person);
    await new SignInPage(await anotherBrowser()).signIn(person);
    await devices.open();
    await devices.shows(3);
    await devices.endOthers.click();
    await expect(devices.password()).toBeFocused();
    await devices.password().fill(person.password);
    await devices.question().getByRole('button', { name: /^Sign out/ }).click();
    await expect(devices.notice).toHaveText('All your other devices are signed out now.');
    await devices.shows(1);
  });

  test('brings the field up where the page did not know of it', async ({ anotherBrowser, signIn, devices, person }) => {
    await signIn.signIn(person);
    await devices.open();
    await devices.shows(2);
    await new SignInPage(await anotherBrowser()).signIn(person);
    await devices.signOutOthers();
    await expect(devices.password()).toBeFocused();
    await expect(devices.alert).toHaveCount(0);
    await devices.shows(2);
    await devices.password().fill(person.password);
    await devices.question().getByRole('button', { name: /^Sign out/ }).click();
    await expect(devices.notice).toHaveText('All your other devices are signed out now.');
    await devices.shows(1);
  });

  test('stays, with the reason beside the field, where the server refuses', async ({
    anotherBrowser, page, signIn, devices, person,
  }) => {
    await signIn.signIn(person);
    await new SignInPage(await anotherBrowser()).signIn(person);
    await devices.open();
    await page.route('/api/sessions', (route) => route.fulfill({ status: 429, contentType: 'application/json', body: '{"error":"Too often.","code":"RATE_LIMITED","requestId":"1"}' }));
    await devices.endOthers.click();
    await devices.password().fill(person.password);
    await devices.question().getByRole('button', { name: /^Sign out/ }).click();
    await expect(devices.question().getByRole('alert')).toHaveText('Too often.');
    await expect(devices.password()).toHaveValue(person.password);
    await devices.shows(3);
  });
});
