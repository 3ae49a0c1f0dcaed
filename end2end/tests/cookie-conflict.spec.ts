// On http there is no companion: of two living sessions nothing tells which is the browser's own. Signing in decides.
import { refreshCookie } from '../fixtures/cookies.ts';
import { expect, test } from '../fixtures/index.ts';
import { somebody } from '../fixtures/person.ts';

test('a browser that sends two sessions is offered another sign-in, which settles it', async ({
  context, client, page, signIn, account, person,
}) => {
  await signIn.signIn(person);
  const ours = await refreshCookie(context);
  expect((await client.register(somebody())).status).toBe(201);
  if (!ours || !client.cookie) throw new Error('no cookie');
  const { name, domain, sameSite } = ours;
  await context.addCookies([{ name, domain, sameSite, path: '/', value: client.cookie, httpOnly: true }]);
  await page.goto('/account');
  const notice = page.getByRole('status').filter({ hasText: 'Your browser sends several sessions at once' });
  await notice.getByRole('link', { name: 'Sign in again' }).click();
  await expect(page).toHaveURL('/sign-in?next=/account');
  await expect(notice).toBeVisible();
  await signIn.fill(person);
  await signIn.submit.click();
  await account.shows(person);
  await expect(notice).toHaveCount(0);
  expect((await context.cookies()).filter((cookie) => cookie.name === name)).toHaveLength(1);
  await account.open();
  await account.shows(person);
});
