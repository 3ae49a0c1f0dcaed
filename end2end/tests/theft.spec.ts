import { refreshCookie } from '../fixtures/cookies.ts';
import { expect, test } from '../fixtures/index.ts';

test('a stolen cookie used elsewhere ends the session, and its owner is told why', async ({
  server, context, client: thief, page, signIn, account, person,
}) => {
  await signIn.signIn(person);
  await account.shows(person);

  thief.cookie = (await refreshCookie(context))?.value;
  expect(thief.cookie).toBeTruthy();
  for (let round = 0; round < 2; round += 1) {
    await server.advance({ seconds: 80 });
    expect((await thief.refresh()).status).toBe(200);
  }
  await server.advance({ seconds: 80 });
  const stolen = String((await thief.refresh()).body['accessToken']);
  expect((await thief.me(stolen)).status).toBe(200);

  await server.advance({ minutes: 14 });
  const refused = page.waitForResponse('/api/auth/refresh');
  await account.lookAgain();
  const answer = await refused;
  expect([answer.status(), ((await answer.json()) as { code: string }).code]).toEqual([403, 'REFRESH_REUSED']);
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(signIn.notice).toContainText('used in two places');
  await expect(page.getByText(person.email)).toHaveCount(0);

  const refresh = await thief.refresh();
  expect([refresh.status, refresh.body['code'], refresh.body['reason']]).toEqual([403, 'SESSION_REVOKED', 'REUSE_DETECTED']);
  expect((await thief.me(stolen)).status).toBe(403);
  // Even after a power failure.
  await server.kill();
  await server.start();
  expect((await thief.refresh()).body['code']).toBe('SESSION_REVOKED');
});
