// RT-21: any number of callers, one refresh.
import { expect, test } from '../fixtures/index.ts';
import { Traffic } from '../fixtures/traffic.ts';
import { AccountPage } from '../pages/account.ts';

test('parallel calls with an expired token cause one refresh', async ({ server, page, signIn, devices, person }) => {
  await signIn.signIn(person);
  await devices.open();
  await devices.shows(2);
  await expect(page.getByRole('button', { name: `Account menu of ${person.email}` })).toBeVisible();
  const traffic = new Traffic(page);
  await server.advance({ minutes: 16 });
  await devices.comeBack();
  await expect.poll(() => traffic.count('GET /api/me 200') + traffic.count('GET /api/sessions 200')).toBe(2);
  expect(traffic.count('POST /api/auth/refresh 200')).toBe(1);
  expect(traffic.lines.filter((line) => line.startsWith('POST')).length).toBe(1);
  await devices.shows(2);
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
