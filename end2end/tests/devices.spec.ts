import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures/index.ts';
import { WRONG_PASSWORD } from '../fixtures/person.ts';
import { AccountPage } from '../pages/account.ts';
import { UNDO } from '../pages/devices.ts';
import { SignInPage } from '../pages/sign-in.ts';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0';

/** The requests that end one session. */
function endings(page: Page): string[] {
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'DELETE') sent.push(new URL(request.url()).pathname);
  });
  return sent;
}

test('this device comes first, the others follow with what is known of them', async ({ anotherBrowser, signIn, devices, person }) => {
  await new SignInPage(await anotherBrowser({ userAgent: FIREFOX })).signIn(person);
  await signIn.signIn(person);
  await devices.open();
  // The sign-up of the test, too.
  await devices.shows(3);
  await expect(devices.rows.first()).toContainText('Active now');
  const other = devices.others.filter({ hasText: 'Firefox on Windows' });
  await expect(other.getByRole('heading', { level: 3, name: 'Firefox on Windows' })).toBeVisible();
  await expect(other).toContainText('Active seconds ago · 127.0.0.1');
  await other.getByRole('button', { name: 'Details of Firefox on Windows' }).click();
  await expect(other.locator('time').first()).toHaveAttribute('datetime', /^\d{4}-\d\d-\d\dT/);
  await expect(other.locator('dl time').first()).toHaveAttribute('title', /\d{1,2} \w+ \d{4} at \d\d:\d\d/);
  await expect(other.locator('dl')).toContainText(FIREFOX);
});

test('sessions of one kind of device stand together behind one line', async ({ anotherBrowser, page, signIn, devices, person }) => {
  for (let times = 0; times < 2; times += 1) await new SignInPage(await anotherBrowser({ userAgent: FIREFOX })).signIn(person);
  await signIn.signIn(person);
  await devices.open();
  await devices.shows(2);
  const group = page.getByRole('button', { name: /^Firefox on Windows 2 sessions/ });
  await expect(group).toHaveAttribute('aria-expanded', 'false');
  await group.click();
  await devices.shows(4);
  await expect(page.getByRole('heading', { name: 'Other devices (3)' })).toBeVisible();
});

test('a device that was not used for a month is folded away', async ({ page, signIn, devices, person }) => {
  await signIn.signIn(person);
  await devices.open();
  await page.route('/api/sessions*', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { sessions: { current: boolean; lastUsedAt: string }[] };
    for (const session of body.sessions) if (!session.current) session.lastUsedAt = '2020-01-01T00:00:00Z';
    await route.fulfill({ response: answer, json: body });
  });
  await devices.page.reload();
  await devices.shows(1);
  await page.getByText('Inactive (1)').click();
  await devices.shows(2);
  await expect(devices.others).toContainText('Active 1 Jan 2020');
});

test('a device that is signed out from another is told so in words', async ({ server, anotherBrowser, signIn, devices, person }) => {
  const page = await anotherBrowser({ userAgent: FIREFOX });
  const [other, itsSignIn] = [new AccountPage(page), new SignInPage(page)];
  await itsSignIn.signIn(person);
  await other.shows(person);
  await devices.page.clock.install();
  await signIn.signIn(person);
  await devices.open();
  const sent = endings(devices.page);
  const row = devices.others.filter({ hasText: 'Firefox on Windows' });
  await devices.end(row);
  await expect(row).toContainText('Signing out Firefox on Windows…');
  await expect(devices.undo(row)).toBeFocused();
  expect(sent).toEqual([]);
  await devices.page.clock.runFor(UNDO);
  await expect(row).toHaveCount(0);
  await expect(devices.notice).toHaveText('Signed out Firefox on Windows.');
  await expect(devices.notice).toBeFocused();
  expect(sent).toHaveLength(1);

  await other.lookAgain();
  await expect(itsSignIn.notice).toContainText('You were signed out from another device.');
  await expect(page.getByText(person.email)).toHaveCount(0);
  expect(server.log).not.toContain('panicked');
});

test('a double click signs a device out, and does not take that back', async ({ page, signIn, devices, person }) => {
  await page.clock.install();
  await signIn.signIn(person);
  await devices.open();
  const sent = endings(page);
  await devices.others.getByRole('button', { name: /^Sign out/ }).dblclick();
  await page.clock.runFor(2 * UNDO);
  await devices.shows(1);
  expect(sent).toHaveLength(1);
});

test('a sign-out can be taken back for six seconds', async ({ page, signIn, devices, person }) => {
  await page.clock.install();
  await signIn.signIn(person);
  await devices.open();
  const sent = endings(page);
  await devices.end(devices.others);
  await page.clock.runFor(UNDO - 1_000);
  await devices.undo(devices.rows.last()).click();
  await expect(devices.others.getByRole('button', { name: /^Sign out/ })).toBeFocused();
  await expect(devices.others.getByRole('status')).toContainText('stays signed in.');
  await page.clock.runFor(2 * UNDO);
  await devices.shows(2);
  expect(sent).toEqual([]);
});

for (const [how, leave] of [
  ['goes to another page of the account', async (page: Page) => page.getByRole('link', { name: 'Profile' }).click()],
  ['closes the page', async (page: Page) => page.close()],
  ['signs out', async (page: Page) => new AccountPage(page).leave()],
] as const) {
  test(`a sign-out is done at once where its person ${how}`, async ({ client, signIn, devices, person }) => {
    const other = await client.login(person);
    const token = String(other.body['accessToken']);
    await signIn.signIn(person);
    await devices.open();
    // The sign-up is a session of the same kind.
    await devices.page.getByRole('button', { name: /2 sessions/ }).click();
    await devices.shows(3);
    for (const row of [0, 1]) await devices.others.nth(row).getByRole('button', { name: /^Sign out/ }).click();
    await leave(devices.page);
    await expect.poll(async () => (await client.me(token)).body['code']).toBe('TOKEN_REVOKED');
  });
}

test('all others can be signed out at once', async ({ anotherBrowser, page: own, signIn, devices, person }) => {
  const page = await anotherBrowser();
  const [other, itsSignIn] = [new AccountPage(page), new SignInPage(page)];
  await itsSignIn.signIn(person);
  await other.shows(person);
  await signIn.signIn(person);
  await devices.open();
  await devices.shows(3);
  await devices.endOthers.click();
  await expect(devices.question()).toHaveAccessibleName('Sign out 2 other devices?');
  await expect(devices.question().getByRole('button', { name: 'Cancel' })).toBeFocused();
  await own.keyboard.press('Escape');
  await devices.signOutOthers();
  await expect(devices.notice).toHaveText('Signed out 2 other devices.');
  await devices.shows(1);
  await expect(devices.alone).toBeVisible();
  await expect(devices.endOthers).toHaveCount(0);

  await other.lookAgain();
  await expect(itsSignIn.notice).toContainText('You were signed out from another device.');
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
  await expect(signIn.notice).toHaveText('You’re signed out.');
  await expect(other.page).toHaveURL('/sign-in');
  await told;
  expect(await context.cookies(`${server.origin}/api/auth`)).toEqual([]);

  await page.goBack();
  await expect(signIn.heading).toBeVisible();
  await expect(page.getByText('This device', { exact: true })).toHaveCount(0);
});

test('a session that has ended meanwhile is gone, and that is no mistake', async ({ page, signIn, devices, person }) => {
  await page.clock.install();
  await signIn.signIn(person);
  await devices.open();
  await page.route('/api/sessions/*', async (route) => {
    await route.fetch();
    await route.fulfill({ status: 404, contentType: 'application/json', body: '{"error":"There is none.","code":"NOT_FOUND","requestId":"1"}' });
  });
  await devices.end(devices.others);
  await page.clock.runFor(UNDO);
  await expect(devices.notice).toContainText('was already signed out.');
  await expect(devices.alert).toHaveCount(0);
  await devices.shows(1);
});

test('a device that could not be signed out comes back, with the reason', async ({ page, signIn, devices, person }) => {
  await page.clock.install();
  await signIn.signIn(person);
  await devices.open();
  await page.route('/api/sessions/*', (route) => route.fulfill({ status: 429, contentType: 'application/json', body: '{"error":"Too often.","code":"RATE_LIMITED","requestId":"1"}' }));
  await devices.end(devices.others);
  await page.clock.runFor(UNDO);
  await expect(devices.others.getByRole('alert')).toHaveText(/^Couldn’t sign out .*\. Too many attempts\. Try again later\.$/);
  await expect(devices.others.getByRole('button', { name: /^Sign out/ })).toBeFocused();
  await devices.shows(2);
});

async function hideForAMoment(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    Object.defineProperty(document, 'hidden', { configurable: true, value: false });
  });
}

test('a sign-out that was sent from a hidden page and was not heard is shown as such', async ({ watch, page, signIn, devices, person }) => {
  watch.expect(/ERR_FAILED|Failed to fetch/);
  await signIn.signIn(person);
  await devices.open();
  await devices.shows(2);
  await page.route('**/api/sessions/*', (route) => route.abort());
  const row = devices.others;
  await devices.end(row);
  await expect(devices.undo(row)).toBeVisible();
  const tried = page.waitForRequest((request) => request.method() === 'DELETE');
  await hideForAMoment(page);
  await tried;
  await devices.comeBack();
  await expect(row.getByRole('alert')).toContainText('Couldn’t sign out');
  await expect(row.getByRole('button', { name: /^Sign out/ })).toBeFocused();
});

test('a sign-out that was sent from a hidden page and is answered after the list has not failed', async ({ page, signIn, devices, person }) => {
  await signIn.signIn(person);
  await devices.open();
  await devices.shows(2);
  let answer = (): void => {};
  const answered = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/api/sessions/*', async (route) => {
    await answered;
    await route.continue();
  });
  const row = devices.others;
  await devices.end(row);
  await expect(devices.undo(row)).toBeVisible();
  const list = page.waitForResponse((response) => response.request().method() === 'GET' && response.url().includes('/api/sessions?'));
  await hideForAMoment(page);
  await devices.comeBack();
  await list;
  await devices.shows(2);
  await expect(row.getByRole('alert')).toHaveCount(0);
  answer();
  await devices.shows(1);
});

test('the list is looked at anew when somebody comes back to it', async ({ anotherBrowser, signIn, devices, person }) => {
  await signIn.signIn(person);
  await devices.open();
  await devices.shows(2);
  await new SignInPage(await anotherBrowser({ userAgent: FIREFOX })).signIn(person);
  await devices.comeBack();
  await devices.shows(3);
});

test('the question can be answered with the keyboard, and a key that is held answers nothing', async ({ page, signIn, devices, person }) => {
  await signIn.signIn(person);
  await devices.open();
  await devices.endOthers.focus();
  await page.keyboard.down('Enter');
  const cancel = devices.question().getByRole('button', { name: 'Cancel' });
  await expect(cancel).toBeFocused();
  // The key repeats as long as it is held.
  for (let repeats = 0; repeats < 3; repeats += 1) await page.keyboard.down('Enter');
  await expect(cancel).toBeFocused();
  await page.keyboard.up('Enter');
  // Somebody who comes back loses neither the question nor the focus.
  const loaded = page.waitForResponse('/api/sessions*');
  await devices.comeBack();
  await loaded;
  await expect(cancel).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(devices.endOthers).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(devices.endOthers).toBeFocused();
  await devices.shows(2);
});

test('a list that could not be loaded can be loaded again', async ({ page, signIn, devices, person }) => {
  await signIn.signIn(person);
  await page.route('/api/sessions*', (route) => route.fulfill({ status: 429, contentType: 'application/json', body: '{"error":"Too often.","code":"RATE_LIMITED","requestId":"1"}' }));
  await devices.open();
  await expect(devices.alert).toHaveText('Too many attempts. Try again later.');
  await page.unroute('/api/sessions*');
  await devices.loadAgain.click();
  await devices.shows(2);
});

test('a list that cannot be loaded again stays, and says so', async ({ page, signIn, devices, person }) => {
  await signIn.signIn(person);
  await devices.open();
  await devices.shows(2);
  await page.route('/api/sessions*', (route) => route.fulfill({ status: 429, contentType: 'application/json', body: '{"error":"Too often.","code":"RATE_LIMITED","requestId":"1"}' }));
  await devices.comeBack();
  await expect(devices.alert).toHaveText('Too many attempts. Try again later.');
  await devices.shows(2);
  await page.unroute('/api/sessions*');
  await devices.loadAgain.click();
  await expect(devices.alert).toHaveCount(0);
  await devices.shows(2);
});

test('devices that do not fit on one page come with a button', async ({ client, page, signIn, devices, person }) => {
  for (let times = 0; times < 2; times += 1) await client.login(person);
  await signIn.signIn(person);
  await page.route('/api/sessions*', async (route) => {
    const url = new URL(route.request().url());
    url.searchParams.set('limit', '2');
    await route.continue({ url: url.href });
  });
  await devices.open();
  await expect(page.getByRole('heading', { name: 'Other devices (2+)', exact: true })).toBeVisible();
  await devices.more.click();
  await expect(page.getByRole('heading', { name: 'Other devices (3)', exact: true })).toBeVisible();
  await expect(devices.more).toHaveCount(0);
  await expect(devices.notice).toHaveText('1 more device shown. That’s all.');
  await expect(devices.notice).toBeFocused();
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
    await expect(group).toHaveAccessibleDescription(/more recently than this device/);
    await page.keyboard.press('Enter');
    await expect(field).toHaveAccessibleDescription('Enter your password.');
    await field.fill(WRONG_PASSWORD);
    await page.keyboard.press('Enter');
    await expect(field).toHaveAccessibleDescription('That’s not your current password.');
    await expect(field).toBeFocused();
    // As in every form, it stays to be corrected.
    await expect(field).toHaveValue(WRONG_PASSWORD);
    await devices.shows(3);
    await field.fill(person.password);
    await group.getByRole('button', { name: 'Sign out' }).click();
    await expect(devices.notice).toHaveText('Signed out Firefox on Windows.');
    await expect(devices.notice).toBeFocused();
    await devices.shows(2);
    expect(page.url()).toMatch(/\/account\/devices$/);
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
    await expect(devices.undo(devices.rows.filter({ hasText: /^Signing out/ }))).toBeFocused();
    await expect(devices.password(older)).toHaveCount(0);
  });

  test('gives up its question for the question of all others, and the reverse', async ({ anotherBrowser, signIn, devices, person }) => {
    await signIn.signIn(person);
    await new SignInPage(await anotherBrowser({ userAgent: FIREFOX })).signIn(person);
    await devices.open();
    const newer = devices.others.filter({ hasText: 'Firefox on Windows' });
    await devices.end(newer);
    await expect(devices.password(newer)).toBeFocused();
    await devices.endOthers.click();
    await expect(devices.password()).toBeFocused();
    await expect(devices.question(newer)).toHaveCount(0);
    await devices.end(newer);
    await expect(devices.password(newer)).toBeFocused();
    await expect(devices.question()).toHaveCount(0);
  });

  test('keeps a half-typed password while the list changes around it', async ({ anotherBrowser, page, signIn, devices, person }) => {
    await page.clock.install();
    await signIn.signIn(person);
    const other = await anotherBrowser({ userAgent: FIREFOX });
    await new SignInPage(other).signIn(person);
    await devices.open();
    await devices.shows(3);
    const newer = devices.others.filter({ hasText: 'Firefox on Windows' });
    const [question, field] = [devices.question(newer), devices.password(newer)];
    await devices.end(devices.others.filter({ hasNotText: 'Firefox on Windows' }));
    await newer.getByRole('button', { name: /^Sign out/ }).click();
    await expect(field).toBeFocused();
    await page.keyboard.type('half a passw');
    await question.getByRole('button', { name: /^Show/ }).click();
    // Now the newer device was last used at another time, the older one goes, and another one comes.
    await other.reload();
    await new AccountPage(other).shows(person);
    await new SignInPage(await anotherBrowser()).signIn(person);
    await page.clock.runFor(UNDO);
    await devices.comeBack();
    await devices.shows(3);
    await expect(field).toHaveValue('half a passw');
    await expect(field).toHaveAttribute('type', 'text');
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
    await expect(devices.notice).toHaveText('Signed out 2 other devices.');
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
    await expect(devices.notice).toHaveText(/^Signed out \d other devices?\.$/);
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
    await expect(devices.question().getByRole('alert')).toHaveText('Too many attempts. Try again later.');
    await expect(devices.password()).toHaveValue(person.password);
    await devices.shows(3);
  });
});
