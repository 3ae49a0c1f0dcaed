// XS-05, CK-04: what a script of the page can read. `xss-reach.spec.ts` has what it can do.
import type { Page } from '@playwright/test';

import { generationCookie, refreshCookie } from '../fixtures/cookies.ts';
import { expect, test } from '../fixtures/index.ts';
import { inject } from '../fixtures/probe.ts';
import { isMe } from '../pages/account.ts';

/** All that a script of the page can read. */
async function loot(page: Page): Promise<string> {
  await inject(page, probe);
  return page.evaluate(() => (window as unknown as { loot: Promise<string> }).loot);
}

/** Runs in the page. */
function probe(): void {
  const gather = async (): Promise<string> => {
    const found: unknown[] = [document.cookie, { ...localStorage }, { ...sessionStorage }, history.state, name];
    const { cookieStore } = window as unknown as { cookieStore?: { getAll(): Promise<unknown[]> } };
    found.push(await cookieStore?.getAll(), await indexedDB.databases(), await caches.keys());
    found.push(await navigator.serviceWorker.getRegistrations());
    found.push(document.documentElement.outerHTML, performance.getEntries().map((entry) => entry.name));
    found.push([...document.querySelectorAll('input')].map((input) => input.value));
    for (const key of Object.getOwnPropertyNames(window)) {
      const value: unknown = Reflect.get(window, key);
      if (typeof value === 'string') found.push(value);
      if (typeof value === 'object' && value !== null && !(value instanceof Node) && !(value instanceof Window)) {
        try {
          found.push(JSON.stringify(value));
        } catch {
          // Circular: it is one of the browser's own.
        }
      }
    }
    // A refresh by hand shows what a script can get at: an answer's headers.
    const answer = await fetch('/api/auth/refresh', { method: 'POST', headers: { 'x-requested-by': 'probe' } });
    found.push([...answer.headers]);
    return JSON.stringify(found);
  };
  Object.assign(window, { loot: gather() });
}

test('no script of the page can read the refresh token, and no token is in any storage', async ({
  server, context, page, signIn, account, person,
}) => {
  await signIn.signIn(person);
  await account.shows(person);
  await server.advance({ minutes: 16 });
  const accessToken = await account.load();
  expect((await context.cookies()).map(({ name }) => name).sort()).toEqual(['refreshToken', 'sessionGen']);
  const cookie = await refreshCookie(context);
  expect(cookie).toMatchObject({ name: 'refreshToken', path: '/api/auth', httpOnly: true, secure: true, sameSite: 'Strict' });

  await page.evaluate(() => localStorage.setItem('canary', 'the probe reads this'));
  const found = await loot(page);
  expect(found).toContain('the probe reads this');
  expect(found).toContain(person.email);
  expect(found).not.toContain('refreshToken');
  expect(found).not.toContain(cookie?.value);
  expect(found).not.toContain(accessToken);
  expect(found).not.toContain('eyJ');
  expect(found).not.toContain(person.password);
});

test('the generation is for scripts, and says no more than a number', async ({ context, page, signIn, person }) => {
  await signIn.signIn(person);
  const cookie = await generationCookie(context);
  expect(cookie).toMatchObject({ value: '0', path: '/', httpOnly: false, secure: true, sameSite: 'Strict' });
  // The browser counts Max-Age from the moment at which it reads each of the two.
  expect(cookie?.expires).toBeCloseTo((await refreshCookie(context))?.expires ?? 0, 0);
  expect(await page.evaluate(() => document.cookie)).toBe('sessionGen=0');
});

test('the refresh token travels to nothing but /api/auth', async ({ server, context, page, signIn, account, person }) => {
  await signIn.signIn(person);
  expect((await context.cookies(server.origin)).map(({ name }) => name)).toEqual(['sessionGen']);
  const asked = page.waitForRequest(isMe);
  await account.lookAgain();
  expect(await (await asked).headerValue('cookie')).toBe('sessionGen=0');
});
