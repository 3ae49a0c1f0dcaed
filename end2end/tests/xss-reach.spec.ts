// XS-06: what a script that got into the page can do. Nothing of it is wanted; where one of these fails because it cannot be done
// any more, `docs/security.md` has to be told.
import type { Page } from '@playwright/test';

import { refreshCookie } from '../fixtures/cookies.ts';
import { expect, test } from '../fixtures/index.ts';
import { inject } from '../fixtures/probe.ts';

interface Reach {
  /** All of the program's memory. */
  readonly memory: string;
  /** The access tokens in it. */
  readonly found: readonly string[];
  /** What a refresh by the script gave. */
  readonly ridden: string;
}

/** Runs in the page. */
function probe(): void {
  const reach = async (): Promise<Reach> => {
    const glue = document.querySelector<HTMLLinkElement>('link[rel=modulepreload]')?.href ?? '';
    // A module that is imported again is the one that runs, and says where its memory is.
    const program = await (await import(glue)).default();
    const memory = new TextDecoder('latin1').decode(program.memory.buffer);
    const found = [...new Set(memory.match(/eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g))];
    const answer = await fetch('/api/auth/refresh', { method: 'POST', headers: { 'x-requested-by': 'probe' } });
    return { memory, found, ridden: (await answer.json()).accessToken };
  };
  Object.assign(window, { reach: reach() });
}

/** What the script has got, and whether the memory has this. */
async function reached(page: Page, secret: string): Promise<Omit<Reach, 'memory'> & { readonly has: boolean }> {
  return page.evaluate(async (secret) => {
    const { memory, found, ridden } = await (window as unknown as { reach: Promise<Reach> }).reach;
    return { found, ridden, has: memory.includes(secret) };
  }, secret);
}

test('a script in the page gets at access tokens and never at the refresh token, and signing out ends it', async ({
  server, context, client, page, signIn, account, person,
}) => {
  await signIn.signIn(person);
  await account.shows(person);
  await server.advance({ minutes: 16 });
  const accessToken = await account.load();
  const before = (await refreshCookie(context))?.value ?? '';
  await inject(page, probe);
  // The last part: the token as a whole may stand in pieces.
  const tail = (cookie: string): string => cookie.split('.').at(-1)?.slice(-32) ?? '';
  const { found, ridden, has } = await reached(page, tail(before));
  expect(tail(before).length).toBe(32);
  expect(has, 'the refresh token in the memory').toBe(false);

  expect(found, 'it finds the access token').toContain(accessToken);
  for (const token of [accessToken, ridden]) expect((await client.me(token)).status, 'and can use it elsewhere').toBe(200);
  const after = (await refreshCookie(context))?.value ?? '';
  expect(found.every((token) => !before.includes(token) && !after.includes(token))).toBe(true);

  // The page is gone at once; the server hears of it a moment later.
  const told = page.waitForResponse('**/api/auth/logout');
  await account.leave();
  await expect(signIn.heading).toBeVisible();
  await told;
  for (const token of [accessToken, ridden]) expect((await client.me(token)).body['code']).toBe('TOKEN_REVOKED');
  expect(await page.evaluate(async () => (await fetch('/api/auth/refresh', { method: 'POST', headers: { 'x-requested-by': 'probe' } })).status)).toBe(401);
});
