// Attack 1 of 29 November 2026: a page of a neighbouring site plants a session of the attacker's. Each of these tests failed before
// there was a companion: the victim worked in the attacker's account, or was kept out by COOKIE_CONFLICT.
import type { BrowserContext, Page } from '@playwright/test';

import { BLANK, Domain, reachable } from '../fixtures/domain.ts';
import { expect, test as base } from '../fixtures/index.ts';
import { type Person, somebody } from '../fixtures/person.ts';

const PATHS = ['/', '/api', '/api/auth', '/api/auth/refresh', '/api/auth/logout', '/api/auth/password'];
/** The name as it is, and as a server takes for it that trims what Unicode calls white space. */
const DISGUISES = ['', '\u2000', '\u00a0', '\u3000'];

const test = base.extend<{ prefix: 'secure' | 'host'; domain: Domain; neighbour: Neighbour }>({
  prefix: ['secure', { option: true }],

  domain: async ({}, use) => {
    const domain = await Domain.start();
    await use(domain);
    await domain.stop();
  },

  settings: async ({ domain, prefix }, use) =>
    use({
      PUBLIC_ORIGIN: domain.origin('id'),
      COOKIE_PREFIX: prefix,
      ACCESS_TOKEN_SECRET: 'q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe',
      REFRESH_TOKEN_SECRET: 'Re9w7tYh5hJ3fGs1dKp0nLb6vC4cXm2Z',
    }),

  neighbour: async ({ context, domain, server, client, watch, prefix }, use) => {
    domain.leadTo(server.origin);
    watch.expect(/a request to somebody else: https:\/\/evil\.example\.test/);
    expect((await client.register(somebody())).status).toBe(201);
    const page = await context.newPage();
    await page.goto(domain.origin('evil'));
    await use(new Neighbour(context, page, prefix, client.cookie ?? ''));
  },
});

test.use(reachable);

/** The attacker: a page of another name below our domain, and a session of his own. */
class Neighbour {
  constructor(
    private readonly context: BrowserContext,
    private readonly page: Page,
    private readonly prefix: 'secure' | 'host',
    private readonly token: string,
  ) {}

  /** Plants the attacker's session. Says whether the browser takes the cookie. */
  async plant(path: string, disguise: string): Promise<boolean> {
    const name = `${disguise}${this.prefix === 'host' ? '__Host-' : '__Secure-'}refreshToken`;
    const cookie = `${name}=${this.token}; domain=example.test; path=${path}; max-age=34560000; secure`;
    const before = (await this.context.cookies()).length;
    await this.page.evaluate((cookie) => void (document.cookie = cookie), cookie);
    const taken = (await this.context.cookies()).length > before;
    // Without a disguise the prefix `__Host-` keeps it out; otherwise this test would prove nothing.
    expect(taken, name).toBe(disguise !== '' || this.prefix === 'secure');
    return taken;
  }

  async tidyUp(): Promise<void> {
    await this.context.clearCookies({ domain: '.example.test' });
  }
}

/** Asks the server as its page does. Whose session the answer is of stands in the access token. */
async function ask(page: Page, path: string, body?: object): Promise<{ status: number; code?: string; whose?: string }> {
  return page.evaluate(
    async ([path, body]) => {
      const headers: Record<string, string> = { 'x-requested-by': 'end2end', 'x-refresh-attempt': crypto.randomUUID() };
      if (body) headers['content-type'] = 'application/json';
      const answer = await fetch(path, { method: 'POST', headers, ...(body ? { body } : {}) });
      const text = await answer.text();
      const { code, accessToken } = text ? JSON.parse(text) : {};
      const whose = accessToken ? JSON.parse(atob(accessToken.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'))).sub : undefined;
      return { status: answer.status, ...(code ? { code } : {}), ...(whose ? { whose } : {}) };
    },
    [path, body && JSON.stringify(body)] as const,
  );
}

const SIGNED_OUT = { status: 401, code: 'REFRESH_MISSING' };

for (const prefix of ['secure', 'host'] as const) {
  test.describe(prefix, () => {
    test.use({ prefix });

    test('planting a session signs nobody in and keeps nobody out, before and after signing in', async ({ page, person, neighbour }) => {
      test.slow();
      const signIn = async (): Promise<string> => {
        const { status, whose } = await ask(page, '/api/auth/login', person);
        expect(status).toBe(200);
        return whose ?? '';
      };
      await page.goto(BLANK);
      for (const path of PATHS) {
        for (const disguise of DISGUISES) {
          const cell = `${path} ${JSON.stringify(disguise)}`;
          await neighbour.plant(path, disguise);
          expect(await ask(page, '/api/auth/refresh'), cell).toEqual(SIGNED_OUT);
          const whose = await signIn();
          expect(await ask(page, '/api/auth/refresh'), cell).toEqual({ status: 200, whose });
          await neighbour.tidyUp();
          await neighbour.plant(path, disguise);
          expect(await ask(page, '/api/auth/refresh'), cell).toEqual({ status: 200, whose });
          expect(await ask(page, '/api/auth/logout'), cell).toEqual({ status: 204 });
          expect(await ask(page, '/api/auth/refresh'), cell).toEqual(SIGNED_OUT);
          await signIn();
          expect(await ask(page, '/api/auth/refresh'), cell).toEqual({ status: 200, whose });
          expect(await ask(page, '/api/auth/logout'), cell).toEqual({ status: 204 });
          await neighbour.tidyUp();
        }
      }
    });

    test('with every cookie planted at once the pages are the victim’s own', async ({
      page, signIn, account, connection, person, neighbour,
    }) => {
      const plantAll = async (): Promise<number> => {
        let taken = 0;
        for (const path of PATHS) for (const disguise of DISGUISES) taken += Number(await neighbour.plant(path, disguise));
        return taken;
      };
      expect(await plantAll()).toBeGreaterThan(0);
      await page.goto('/account');
      await expect(page).toHaveURL('/sign-in?next=/account');
      await signIn.signIn(person);
      await account.shows(person);
      await account.open();
      await account.shows(person);
      await connection.open();
      const finding = connection.finding('Sign-in cookie');
      if (prefix === 'secure') {
        await expect(finding).toContainText('The server recognizes yours and ignores the others.');
        await expect(connection.summary).toHaveText('You’ll stay signed in, but something is unusual.');
      } else {
        await expect(connection.summary).toHaveText('All good.');
      }
      await account.open();
      await account.leave();
      await expect(signIn.notice).toHaveText('You’re signed out.');
      await page.goto('/account');
      await expect(page).toHaveURL('/sign-in?next=/account');
      await signIn.signIn(person);
      await account.open();
      await account.shows(person);
    });
  });
}

function companion(context: BrowserContext): Promise<string | undefined> {
  return context.cookies().then((all) => all.find(({ name }) => name === '__Host-Http-sessionCompanion')?.value);
}

test('a companion cannot be planted, neither as it is nor in disguise', async ({ context, domain, neighbour, page, person }) => {
  await page.goto(BLANK);
  expect((await ask(page, '/api/auth/login', person as Person)).status).toBe(200);
  const own = await companion(context);
  expect(own).toBeTruthy();
  const evil = await context.newPage();
  await evil.goto(domain.origin('evil'));
  for (const name of ['__Host-Http-sessionCompanion', '__host-http-sessioncompanion', ' __Host-Http-sessionCompanion', '', ...DISGUISES.slice(1)]) {
    await evil.evaluate((name) => {
      const full = name.toLowerCase().includes('companion') ? name : `${name}__Host-Http-sessionCompanion`;
      for (const path of ['/', '/api/auth/refresh']) {
        document.cookie = `${full}=x; domain=example.test; path=${path}; secure`;
        document.cookie = `=${full}=x; domain=example.test; path=${path}; secure`;
      }
    }, name);
  }
  // Nor by a script of our own origin.
  const script = (): Promise<void> =>
    page.evaluate(() => void (document.cookie = '__Host-Http-sessionCompanion=x; path=/; secure'));
  await script();
  await neighbour.plant('/', '');
  expect((await ask(page, '/api/auth/refresh')).status).toBe(200);
  expect(await companion(context)).toBe(own);
  expect((await ask(page, '/api/auth/logout')).status).toBe(204);
  await script();
  expect(await companion(context)).toBeUndefined();
});
