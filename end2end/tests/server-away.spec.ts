import { expect, test } from '../fixtures/index.ts';
import { WRONG_PASSWORD } from '../fixtures/person.ts';

test('a session survives a restart of the server', async ({ server, page, signIn, account, person }) => {
  await signIn.signIn(person);
  await account.shows(person);
  expect(await server.stop()).toBe(0);
  await server.start();
  await account.load();
  await page.reload();
  await account.shows(person);
});

test('a server that is away for a moment costs nobody the session', async ({ server, watch, page, signIn, account, person }) => {
  watch.expect(/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/);
  await page.clock.install();
  await signIn.signIn(person);
  await account.shows(person);
  await server.kill();
  // The page's token is old now, so that it needs a refresh. Not before: the page would have it renewed while it still can.
  await page.clock.fastForward('16:00');
  await account.lookAgain();
  await expect(account.reconnecting).toBeVisible();
  await account.shows(person);

  await server.start();
  const loaded = page.waitForResponse((response) => new URL(response.url()).pathname === '/api/me' && response.ok());
  await page.clock.fastForward('00:30');
  await loaded;
  await expect(account.reconnecting).toHaveCount(0);
  await account.shows(person);
});

test('a person who does not want to wait for the next try tries at once', async ({ server, watch, page, signIn, account, person }) => {
  watch.expect(/503/);
  await page.clock.install();
  await signIn.signIn(person);
  await account.shows(person);
  await server.breakDown({ storeDown: true });
  await page.reload();
  const again = page.getByRole('button', { name: 'Try again' });
  await expect(again).toBeVisible();
  // After so many failures the next try by itself is 15 to 30 s away.
  for (let failures = 0; failures < 7; failures += 1) {
    const tried = page.waitForResponse((response) => new URL(response.url()).pathname === '/api/auth/refresh');
    await page.clock.fastForward('00:31');
    await tried;
  }
  await server.breakDown({ storeDown: false });
  await again.focus();
  const tried = page.waitForResponse((response) => response.ok(), { timeout: 10_000 });
  await page.keyboard.press('Enter');
  await tried;
  await account.shows(person);
  await expect(account.reconnecting).toHaveCount(0);
  await expect(account.heading).toBeFocused();
});

test('a server that is back after a moment moves neither the page nor the focus', async ({ server, client, watch, page, signIn, activity, person }) => {
  watch.expect(/503/);
  await page.setViewportSize({ width: 390, height: 500 });
  // Equal neighbours would be one line.
  for (let times = 0; times < 3; times += 1) {
    await client.login(person);
    await client.login({ ...person, password: WRONG_PASSWORD });
  }
  await page.clock.install();
  await signIn.signIn(person);
  await activity.open();
  await expect(activity.events.nth(3)).toBeVisible();
  await page.evaluate(() => {
    (document.activeElement as HTMLElement).blur();
    window.scrollTo(0, 300);
  });
  await server.breakDown({ storeDown: true });
  await page.clock.fastForward('16:00');
  const again = page.getByRole('button', { name: 'Try again' });
  await expect(again).toBeVisible();
  const before = await page.evaluate(() => window.scrollY);
  await server.breakDown({ storeDown: false });
  await page.clock.runFor(10_000);
  await expect(again).toHaveCount(0);
  await page.clock.runFor(100);
  const [after, focused] = await page.evaluate(() => [window.scrollY, document.activeElement?.tagName] as const);
  // The line with the words was above what is shown.
  expect(Math.abs(after - before)).toBeLessThan(60);
  expect(focused).toBe('BODY');
});

test('a store that is away for a moment costs nobody the session', async ({ server, watch, page, signIn, account, person }) => {
  watch.expect(/503/);
  await signIn.signIn(person);
  await account.shows(person);
  await server.breakDown({ storeDown: true });
  await page.reload();
  await expect(account.reconnecting).toBeVisible();
  await expect(page).toHaveURL('/account');
  await expect(page.getByRole('contentinfo').getByRole('link', { name: 'Connection check' })).toBeVisible();
  await server.breakDown({ storeDown: false });
  await account.shows(person);
  await expect(account.reconnecting).toHaveCount(0);
});
