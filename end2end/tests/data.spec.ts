import { readFile } from 'node:fs/promises';

import { expect, test } from '../fixtures/index.ts';
import { givesAway } from '../fixtures/person.ts';
import { open } from '../pages/hydrated.ts';

test('all that is kept of a person is one file', async ({ page, signIn, activity, person }) => {
  await signIn.signIn(person);
  await open(page, '/account/data');
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download JSON' }).click();
  const download = await downloading;
  const today = new Date().toISOString().slice(0, 10);
  expect(download.suggestedFilename()).toBe(`account-export-${today}.json`);
  const text = await readFile(await download.path(), 'utf8');
  expect(text.split('\n').length, 'a person can read it').toBeGreaterThan(10);
  expect(givesAway(text)).toBe(false);
  const { user, sessions, events } = JSON.parse(text) as { user: { email: string }; sessions: unknown[]; events: unknown[] };
  expect(user.email).toBe(person.email);
  expect([sessions.length, events.length]).toEqual([2, 4]);
  await expect(page.getByRole('status').filter({ hasText: `Your browser is saving account-export-${today}.json.` })).toBeVisible();
  await activity.open();
  await expect(activity.event('Data downloaded')).toHaveCount(1);
});

test('what a deletion takes away is said in numbers', async ({ page, signIn, person }) => {
  await signIn.signIn(person);
  await open(page, '/account/data');
  const list = page.getByRole('region', { name: 'Delete account' }).getByRole('listitem');
  await expect(list).toHaveText(['Your profile: name, email and password', 'Your sign-ins on 2 devices', 'The IP addresses and browsers in 3 activity records']);
});
