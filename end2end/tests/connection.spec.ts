import { refreshCookie } from '../fixtures/cookies.ts';
import { expect, test } from '../fixtures/index.ts';

test('where nothing is in the way the page says so', async ({ page, signIn, activity, connection, person }) => {
  await signIn.signIn(person);
  await activity.open();
  await page.getByRole('main').getByRole('link', { name: 'check your connection' }).click();
  await expect(connection.heading).toBeFocused();
  await expect(connection.summary).toHaveText('Everything is in order.');
  await expect(connection.findings).toHaveCount(5);
  await expect(connection.findings.getByText('In order', { exact: true })).toHaveCount(5);
  await expect(connection.finding('Your address')).toContainText('127.0.0.1');
});

test('a second cookie of the same name is found, and gone after it was deleted', async ({
  context, signIn, connection, person,
}) => {
  await signIn.signIn(person);
  await connection.open();
  await expect(connection.summary).toHaveText('Everything is in order.');
  const ours = await refreshCookie(context);
  if (!ours) throw new Error('no cookie');
  const { name, domain, sameSite } = ours;
  await context.addCookies([{ name, domain, sameSite, path: '/api', value: 'of-another-program' }]);
  await connection.checkAgain.click();
  await expect(connection.summary).toHaveText('Your session is safe, but not everything is as it should be.');
  const finding = connection.finding('The cookie that keeps you signed in');
  await expect(finding).toContainText('sends 2 of this name. The server recognises yours and ignores the others.');
  await expect(finding).toContainText('another program on its domain sets a cookie of the same name');
  await context.clearCookies({ name, path: '/api' });
  await connection.checkAgain.click();
  await expect(connection.summary).toHaveText('Everything is in order.');
});

test('a proxy that takes cookies away is found', async ({ context, page, signIn, account, connection, person }) => {
  await signIn.signIn(person);
  await account.shows(person);
  await context.route('**/api/auth/connection', async (route) => {
    const headers = { ...(await route.request().allHeaders()) };
    delete headers['cookie'];
    const response = await route.fetch({ headers: { ...headers, cookie: '' } });
    const answered = response.headers();
    delete answered['set-cookie'];
    await route.fulfill({ response, headers: answered });
  });
  await page.getByRole('link', { name: 'Activity' }).click();
  await page.getByRole('main').getByRole('link', { name: 'check your connection' }).click();
  await expect(connection.finding('The way of cookies')).toContainText('did not come back');
  await expect(connection.finding('The way of cookies')).toContainText('Not in order');
});

test('a clock that is off is said to be, and harms nobody', async ({ page, signIn, account, connection, person }) => {
  await page.clock.setSystemTime(Date.now() + 150 * 60 * 1000);
  await signIn.signIn(person);
  await account.shows(person);
  await connection.open();
  await expect(connection.summary).toHaveText('Your session is safe, but not everything is as it should be.');
  await expect(connection.finding('Your clock')).toContainText('2 hours ahead of the server’s');
});

test('a check that fails says so, and can be repeated', async ({ watch, page, signIn, connection, person }) => {
  watch.expect(/500/);
  await signIn.signIn(person);
  await page.route('/api/auth/connection', (route) => route.fulfill({ status: 500, body: 'no' }));
  await connection.open();
  await expect(page.getByRole('main').getByRole('alert')).toBeVisible();
  await page.unroute('/api/auth/connection');
  await page.getByRole('button', { name: 'Load again' }).click();
  await expect(connection.summary).toHaveText('Everything is in order.');
});
