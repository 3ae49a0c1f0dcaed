import { expect } from '@playwright/test';

import type { Person } from '../fixtures/person.ts';
import { test as base } from '../fixtures/served.ts';
import type { Settings } from '../fixtures/server.ts';
import { firefox } from './firefox.ts';
import { type Engine, Tab } from './webdriver.ts';
import { webkit } from './webkit.ts';

/** What a project of the configuration may set. */
export interface Options {
  engine: 'firefox' | 'webkit';
  settings: Settings;
}

interface Fixtures {
  /** The first tab. */
  tab: Tab;
}

interface WorkerFixtures extends Pick<Options, 'engine'> {
  running: Engine;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  engine: ['firefox', { option: true, scope: 'worker' }],

  running: [
    async ({ engine }, use) => {
      const running = await { firefox, webkit }[engine]();
      await use(running);
      await running.stop();
    },
    { scope: 'worker' },
  ],

  tab: async ({ running, server }, use) => {
    await running.lend(async (send) => use(await Tab.first(send, server.publicOrigin)));
  },
});

export const SUBMIT = '//main//button[@type="submit"]';

/** Opens a page and waits until it answers to its user. */
export async function open(tab: Tab, path: string): Promise<void> {
  await tab.goto(path);
  await hydrated(tab);
}

export async function hydrated(tab: Tab): Promise<void> {
  await expect.poll(() => tab.value(`document.documentElement.hasAttribute('data-hydrated')`)).toBe(true);
}

/** The page is there, and shows these words. */
export async function shows(tab: Tab, path: string, words: string): Promise<void> {
  await expect.poll(() => tab.value('location.pathname')).toBe(path);
  await expect.poll(() => tab.value('document.body.innerText')).toContain(words);
}

export async function fill(tab: Tab, { email, password }: Person): Promise<void> {
  await tab.fill('//*[@id="email"]', email);
  await tab.fill('//*[@id="password"]', password);
}

/** Signs in and arrives. */
export async function signIn(tab: Tab, person: Person): Promise<void> {
  await open(tab, '/sign-in');
  await fill(tab, person);
  await tab.click(SUBMIT);
  await shows(tab, '/account', person.email);
}

/** Signs out, by the menu. */
export async function signOut(tab: Tab): Promise<void> {
  await tab.click('//button[starts-with(@aria-label, "Account menu")]');
  await tab.click('//nav[@aria-label="Account"]//button[normalize-space()="Sign out"]');
  await shows(tab, '/sign-in', 'You’re signed out.');
}
