import { expect, test } from '../fixtures/index.ts';
import { WRONG_PASSWORD } from '../fixtures/person.ts';
import { FIREFOX } from '../fixtures/states.ts';
import { stolen } from '../fixtures/stolen.ts';
import { UNDO } from '../pages/devices.ts';
import { SignInPage } from '../pages/sign-in.ts';

test('sign-ins and refused ones are listed, newest first', async ({ client, signIn, activity, person }) => {
  expect((await client.login({ ...person, password: WRONG_PASSWORD })).status).toBe(401);
  await signIn.signIn(person);
  await activity.open();
  await expect(activity.days).toHaveText(['Today']);
  // The sign-up signed in, too.
  await expect(activity.events).toContainText(['Signed in', 'Wrong password', 'Signed in', 'Account created']);
  for (const event of await activity.events.all()) await expect(event).toContainText('127.0.0.1');
});

test('a session that was used in two places is shown with both of them', async ({
  server, context, client, page, signIn, account, activity, person,
}) => {
  await stolen({ server, context, client, signIn, account, person });
  await page.getByRole('link', { name: /^Activity/ }).click();
  const theft = activity.event('Your session was used in two places');
  await expect(theft).toHaveCount(1);
  await expect(theft.getByRole('term')).toHaveText(['Device A', 'Device B']);
  await expect(theft.getByRole('definition').first()).toContainText('127.0.0.1');
  await expect(theft.getByRole('definition').first()).not.toHaveText(await theft.getByRole('definition').last().innerText());
});

test('a device that was signed out from another is shown with both of them', async ({ anotherBrowser, signIn, devices, activity, person }) => {
  await new SignInPage(await anotherBrowser({ userAgent: FIREFOX })).signIn(person);
  await devices.page.clock.install();
  await signIn.signIn(person);
  await devices.open();
  await devices.end(devices.others.filter({ hasText: 'Firefox on Windows' }));
  await devices.page.clock.runFor(UNDO);
  await expect(devices.notice).toHaveText('Signed out Firefox on Windows.');
  await activity.open();
  const event = activity.event('Signed out a device');
  await expect(event.getByRole('term')).toHaveText(['Device', 'Signed out from']);
  await expect(event.getByRole('definition')).toHaveText(['Firefox on Windows, 127.0.0.1', 'Chrome on Linux, 127.0.0.1']);
});

test('what does not fit on one page comes with a button, and the focus is not lost', async ({ client, page, signIn, activity, person }) => {
  await client.login({ ...person, password: WRONG_PASSWORD });
  await signIn.signIn(person);
  await page.route('/api/me/events*', async (route) => {
    const url = new URL(route.request().url());
    url.searchParams.set('limit', '2');
    await route.continue({ url: url.href });
  });
  await activity.open();
  await expect(activity.events).toHaveCount(2);
  await activity.more.click();
  await expect(activity.events).toHaveCount(4);
  await expect(activity.added).toHaveText('2 older events loaded.');
  await expect(activity.more).toBeFocused();
  await expect(activity.events.last()).toContainText('Account created');
  // The page was full, so the server could not know that it was the last.
  await activity.more.click();
  await expect(activity.more).toHaveCount(0);
  await expect(activity.events).toHaveCount(4);
  await expect(activity.added).toHaveText('That’s everything.');
  await expect(activity.added).toBeFocused();
});

test('the page says what to do about what looks unfamiliar', async ({ page, signIn, activity, person }) => {
  await signIn.signIn(person);
  await activity.open();
  const main = page.getByRole('main');
  for (const [name, path] of [['Change password', '/account/password'], ['Review devices', '/account/devices']] as const) {
    await expect(main.getByRole('link', { name })).toHaveAttribute('href', path);
  }
});

test('a kind of event that this version does not know breaks nothing', async ({ page, signIn, activity, person }) => {
  await signIn.signIn(person);
  await page.route('/api/me/events*', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replace('authn_login_success', 'user_frozen') });
  });
  await activity.open();
  await expect(activity.event('Something else happened')).toHaveCount(1);
  await expect(page.getByText('user_frozen')).toHaveCount(0);
});

for (const [timezoneId, winter, summer] of [
  ['America/St_Johns', '08:30', '09:30'],
  ['Asia/Kolkata', '17:30', '17:30'],
] as const) {
  test.describe(`in ${timezoneId}`, () => {
    test.use({ timezoneId });

    test('times are those of the person, as they were at that time', async ({ page, signIn, activity, person }) => {
      await signIn.signIn(person);
      const times = ['2026-12-01T12:00:00Z', '2026-07-01T12:00:00Z'];
      await page.route('/api/me/events*', async (route) => {
        const answer = await route.fetch();
        const { items } = (await answer.json()) as { items: { at: string }[] };
        const moved = times.map((at, index) => ({ ...items[index], at }));
        await route.fulfill({ response: answer, json: { items: moved, next: null } });
      });
      await activity.open();
      await expect(activity.events.locator('time')).toHaveText([winter, summer]);
    });
  });
}

test('warnings and sign-ins can be looked at alone', async ({ client, signIn, activity, person }) => {
  await client.login({ ...person, password: WRONG_PASSWORD });
  await signIn.signIn(person);
  await activity.open();
  await expect(activity.events).toHaveCount(4);
  await activity.filter('Warnings').click();
  await expect(activity.events).toContainText(['Wrong password']);
  await expect(activity.events).toHaveCount(1);
  await activity.filter('Sign-ins').click();
  await expect(activity.events).toContainText(['Signed in', 'Wrong password', 'Signed in', 'Account created']);
  await expect(activity.events).toHaveCount(4);
  await activity.filter('All').click();
  await expect(activity.events).toHaveCount(4);
});

test('a warning is found that is older than what was loaded', async ({ client, page, signIn, activity, person }) => {
  await client.login({ ...person, password: WRONG_PASSWORD });
  await signIn.signIn(person);
  await page.route('/api/me/events*', async (route) => {
    const url = new URL(route.request().url());
    url.searchParams.set('limit', '1');
    await route.continue({ url: url.href });
  });
  await activity.open();
  await expect(activity.events).toContainText(['Signed in']);
  await activity.filter('Warnings').click();
  await expect(activity.events).toContainText(['Wrong password']);
});

test('a filter whose events cannot be loaded says so, and not that there are none', async ({ watch, page, signIn, activity, person }) => {
  await signIn.signIn(person);
  watch.expect(/status of 500/);
  await activity.open();
  await expect(activity.events.first()).toBeVisible();
  await page.route('**/api/me/events?kind=*', (route) => route.fulfill({ status: 500, json: { error: 'x', code: 'INTERNAL', requestId: '1' } }));
  await activity.filter('Warnings').click();
  await expect(page.getByRole('main').getByRole('alert')).toBeVisible();
  await expect(page.getByRole('main').getByText('Nothing here.')).toHaveCount(0);
});

test('all events are shown when they have arrived, and not a part of them as all', async ({ watch, client, page, signIn, activity, person }) => {
  await client.login({ ...person, password: WRONG_PASSWORD });
  await signIn.signIn(person);
  watch.expect(/status of 500/);
  await activity.open();
  await activity.filter('Warnings').click();
  await expect(activity.events).toHaveCount(1);
  await page.route(/api\/me\/events(?!.*kind=)/, (route) => route.fulfill({ status: 500, json: { error: 'x', code: 'INTERNAL', requestId: '1' } }));
  await activity.filter('All').click();
  await expect(page.getByRole('main').getByRole('alert')).toBeVisible();
  await expect(activity.events).toHaveCount(0);
  await page.unrouteAll();
  await activity.filter('Warnings').click();
  await expect(activity.events).toHaveCount(1);
  await activity.filter('All').click();
  await expect(activity.events).toHaveCount(4);
});

test('equal events in a row are one line, and their number is said', async ({ client, signIn, activity, person }) => {
  for (let times = 0; times < 3; times += 1) await client.login({ ...person, password: WRONG_PASSWORD });
  await signIn.signIn(person);
  await activity.open();
  await expect(activity.event('3 wrong passwords')).toHaveCount(1);
  await expect(activity.event('3 wrong passwords')).toContainText('Warning');
});

test.describe('on a small screen', () => {
  test.use({ viewport: { width: 390, height: 400 } });

  test('who goes back to a long page finds it where it was', async ({ client, page, signIn, activity, account, person }) => {
    for (let round = 0; round < 4; round += 1) await client.login({ ...person, password: WRONG_PASSWORD });
    await signIn.signIn(person);
    await account.shows(person);
    await activity.open();
    await expect(activity.events.first()).toBeVisible();
    // The page hears of it in the next frame. A person cannot click before that.
    const scrolled = () => new Promise((done) => {
      window.addEventListener('scroll', done, { once: true });
      window.scrollTo(0, 300);
    }).then(() => window.scrollY);
    expect(await page.evaluate(scrolled)).toBe(300);
    // Not by the mouse, which would scroll to the link first.
    await page.evaluate(() => document.querySelector<HTMLAnchorElement>('main a[href="/account/devices"]')!.click());
    await expect(page).toHaveURL('/account/devices');
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBeLessThan(300);
    await page.goBack();
    await expect(activity.events.first()).toBeVisible();
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(300);
  });
});
