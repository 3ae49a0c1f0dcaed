import { refreshCookie } from '../fixtures/cookies.ts';
import { expect, test } from '../fixtures/index.ts';

test('where nothing is in the way the page says so', async ({ page, signIn, connection, person }) => {
  await signIn.signIn(person);
  await page.getByRole('link', { name: 'Security' }).click();
  await page.getByRole('main').getByRole('link', { name: 'Connection check' }).click();
  await expect(connection.heading).toBeFocused();
  await expect(connection.summary).toHaveText('All good.');
  await expect(connection.findings).toHaveCount(5);
  await expect(connection.findings.getByText('OK', { exact: true })).toHaveCount(5);
  await expect(connection.finding('Network address')).toContainText('127.0.0.1');
});

test('a second cookie of the same name is found, and gone after it was deleted', async ({
  context, signIn, connection, person,
}) => {
  await signIn.signIn(person);
  await connection.open();
  await expect(connection.summary).toHaveText('All good.');
  const ours = await refreshCookie(context);
  if (!ours) throw new Error('no cookie');
  const { name, domain, sameSite } = ours;
  await context.addCookies([{ name, domain, sameSite, path: '/api', value: 'of-another-program' }]);
  await connection.checkAgain.click();
  await expect(connection.summary).toHaveText('You’ll stay signed in, but something is unusual.');
  const finding = connection.finding('Sign-in cookie');
  await expect(finding).toContainText('sends 2 of this name. The server recognizes yours and ignores the others.');
  await expect(finding).toContainText('Another program on this site’s domain sets a cookie of the same name');
  await context.clearCookies({ name, path: '/api' });
  await connection.checkAgain.click();
  await expect(connection.summary).toHaveText('All good.');
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
  await page.getByRole('link', { name: 'Connection check' }).click();
  await expect(connection.finding('Cookies')).toContainText('didn’t come back');
  await expect(connection.finding('Cookies')).toContainText('Problem');
});

test('a clock that is off is said to be, and harms nobody', async ({ page, signIn, account, connection, person }) => {
  await page.clock.setSystemTime(Date.now() + 150 * 60 * 1000);
  await signIn.signIn(person);
  await account.shows(person);
  await connection.open();
  await expect(connection.summary).toHaveText('You’ll stay signed in, but something is unusual.');
  await expect(connection.finding('Clock')).toContainText('2 hours ahead');
});

test('a check that fails says so, and can be repeated', async ({ watch, page, signIn, connection, person }) => {
  watch.expect(/500/);
  await signIn.signIn(person);
  await page.route('/api/auth/connection', (route) => route.fulfill({ status: 500, body: 'no' }));
  await connection.open();
  await expect(page.getByRole('main').getByRole('alert')).toBeVisible();
  await page.unroute('/api/auth/connection');
  await connection.checkAgain.click();
  await expect(connection.summary).toHaveText('All good.');
});

test('a stranger can check the connection, and is told of no cookie that nobody has', async ({ context, connection }) => {
  await connection.open();
  await expect(connection.summary).toHaveText('All good.');
  await expect(connection.finding('Sign-in cookie')).toContainText('You’re signed out, so there is none.');
  expect((await context.cookies()).map(({ name }) => name)).not.toContain('refreshToken');
});

test('the address that the page had before leads to it', async ({ page, connection }) => {
  await page.goto('/account/connection');
  await expect(page).toHaveURL('/connection');
  await expect(connection.heading).toBeVisible();
});
