import { expect } from '@playwright/test';

import { somebody } from '../fixtures/person.ts';
import { SUBMIT, fill, hydrated, open, shows, signIn, signOut, test } from './fixtures.ts';

const strength = `document.querySelector('.strength')?.dataset.strength`;
const generation = `/sessionGen=(\\d+)/.exec(document.cookie)?.[1]`;

test('signing up makes an account whose password is judged while it is typed', async ({ tab }) => {
  const person = somebody();
  await open(tab, '/sign-up');
  await fill(tab, { ...person, password: 'password1234' });
  await expect.poll(() => tab.value(strength)).toBe('weak');
  await fill(tab, person);
  await expect.poll(() => tab.value(strength)).toBe('strong');
  await tab.click(SUBMIT);
  await shows(tab, '/account', person.email);
});

test('a reload keeps the session', async ({ tab, person }) => {
  await signIn(tab, person);
  await tab.reload();
  await hydrated(tab);
  await shows(tab, '/account', person.email);
});

test('an expired token is renewed unnoticed', async ({ server, tab, person }) => {
  await signIn(tab, person);
  await expect.poll(() => tab.value(generation)).toBe('0');
  await server.advance({ minutes: 16 });
  await expect.poll(() => tab.value(`document.querySelector('.settings:not([aria-busy])') !== null`)).toBe(true);
  await tab.value(`window.dispatchEvent(new Event('focus'))`);
  await expect.poll(() => tab.value(generation)).toBe('1');
  await shows(tab, '/account', person.email);
});

test('a second tab shares the session, and follows a sign-out and a sign-in', async ({ tab, person }) => {
  await signIn(tab, person);
  const second = await tab.another();
  await open(second, '/account');
  await shows(second, '/account', person.email);
  await signOut(second);
  await shows(tab, '/sign-in', 'You signed out in another tab.');
  await signIn(second, person);
  await shows(tab, '/account', person.email);
});

test('a stolen cookie used elsewhere ends the session, and its owner is told why', async ({ server, client: thief, tab, person }) => {
  await signIn(tab, person);
  // WebKit's driver lists a cookie only at an address to which it is sent.
  await tab.goto('/api/auth/none');
  thief.cookie = await tab.cookie('refreshToken');
  expect(thief.cookie).toBeTruthy();
  for (let round = 0; round < 3; round += 1) {
    await server.advance({ seconds: 80 });
    expect((await thief.refresh()).status).toBe(200);
  }
  await tab.goto('/account');
  await shows(tab, '/sign-in', 'used in two places');
  expect((await thief.refresh()).body['code']).toBe('SESSION_REVOKED');
});

test('a sign-out ends the session, and the page before shows nothing of it', async ({ client, tab, person }) => {
  await signIn(tab, person);
  await tab.goto('/api/auth/none');
  client.cookie = await tab.cookie('refreshToken');
  await tab.goto('/account');
  await shows(tab, '/account', person.email);
  await signOut(tab);
  await tab.back();
  await shows(tab, '/sign-in', 'Sign in');
  expect(await tab.value('document.body.innerText')).not.toContain(person.email);
  expect((await client.refresh()).body['code']).toBe('SESSION_REVOKED');
});
