import { expect, test } from '../fixtures/index.ts';
import { isRefresh } from '../pages/account.ts';
import { Traffic } from '../fixtures/traffic.ts';

test('an access token that expires during use is renewed unnoticed', async ({ server, page, signIn, account, person }) => {
  await signIn.signIn(person);
  await account.shows(person);
  const traffic = new Traffic(page);
  await server.advance({ minutes: 16 });
  await account.load();
  expect(traffic.lines).toEqual(['GET /api/me 401', 'POST /api/auth/refresh 200', 'GET /api/me 200']);
  await account.shows(person);
});

test('a page that knows that its token is old renews it first', async ({ server, page, signIn, account, person }) => {
  await page.clock.install();
  await signIn.signIn(person);
  await account.shows(person);
  const traffic = new Traffic(page);
  await server.advance({ minutes: 16 });
  await page.clock.fastForward('16:00');
  await account.load();
  expect(traffic.lines).toEqual(['POST /api/auth/refresh 200', 'GET /api/me 200']);
});

test('an answer that was lost costs nobody the session', async ({ server, watch, page, signIn, account, person }) => {
  watch.expect(/ERR_|503/);
  await signIn.signIn(person);
  await account.shows(person);
  const served = (): number =>
    server.log.split('\n').filter((line) => line.includes('answered') && line.includes('/api/auth/refresh')).length;
  const before = served();
  const attempts: (string | undefined)[] = [];
  page.on('request', (request) => {
    if (isRefresh(request)) attempts.push(request.headers()['x-refresh-attempt']);
  });
  await server.advance({ minutes: 16 });
  await server.breakDown({ loseRefreshAnswers: 2 });
  await account.load();
  await account.shows(person);
  // The browser itself repeats a request whose connection broke before the first byte, and shows that to nobody: the
  // server's log has them all.
  await expect.poll(served).toBe(before + 3);
  expect(new Set(attempts).size, 'every repeat names the same attempt').toBe(1);
  expect(attempts[0]).toBeTruthy();
});

test.describe('with tokens of two seconds', () => {
  test.use({ settings: { ACCESS_TOKEN_EXPIRES: '2s' } });

  test('work goes on over many renewals', async ({ page, signIn, account, person }) => {
    await signIn.signIn(person);
    await account.shows(person);
    const traffic = new Traffic(page);
    // As somebody who works: on and on, until the token has been renewed twice.
    await expect
      .poll(async () => {
        await account.load();
        return traffic.count('POST /api/auth/refresh 200');
      })
      .toBeGreaterThanOrEqual(2);
    await account.shows(person);
  });
});
