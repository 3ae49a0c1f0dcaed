// RT-21: any number of callers, one refresh.
import { expect, test } from '../fixtures/index.ts';
import { Traffic } from '../fixtures/traffic.ts';
import { AccountPage } from '../pages/account.ts';

test('twenty parallel calls with an expired token cause one refresh', async ({ server, page, signIn, account, person }) => {
  await signIn.signIn(person);
  await account.shows(person);
  const traffic = new Traffic(page);
  await server.advance({ minutes: 16 });
  await account.loadAgain.evaluate((button: HTMLButtonElement) => {
    for (let click = 0; click < 20; click += 1) button.click();
  });
  await expect.poll(() => traffic.count('GET /api/me 200')).toBe(20);
  expect(traffic.count('POST /api/auth/refresh 200')).toBe(1);
  expect(traffic.lines.length).toBe(traffic.count('GET /api/me 401') + 1 + 20);
  await account.shows(person);
});

test('two tabs that wake at once both stay signed in', async ({ server, secondTab, page, signIn, account, person }) => {
  await signIn.signIn(person);
  await account.shows(person);
  const other = new AccountPage(await secondTab());
  await other.open();
  await other.shows(person);
  await server.advance({ minutes: 16 });
  const traffic = [new Traffic(page), new Traffic(other.page)];
  await Promise.all([account.load(), other.load()]);
  for (const tab of [account, other]) await tab.shows(person);
  expect(traffic.flatMap(({ lines }) => lines).filter((line) => line.startsWith('POST') && !line.endsWith('200'))).toEqual([]);
});
