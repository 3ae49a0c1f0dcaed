import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures/index.ts';
import { hydrated } from '../pages/hydrated.ts';

/** The program comes when it is let go. */
async function heldProgram(page: Page): Promise<() => void> {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\.wasm/, async (route) => {
    await held;
    await route.continue();
  });
  return release;
}

test('what was typed before the page was ready is there when it is', async ({ page, signIn, account, person }) => {
  const release = await heldProgram(page);
  await page.goto('/sign-in', { waitUntil: 'commit' });
  await signIn.fill(person);
  release();
  await hydrated(page);
  await expect(page.locator('html[data-anew]')).toHaveCount(0);
  await expect(signIn.email).toHaveValue(person.email);
  await signIn.submit.click();
  await account.shows(person);
});

test('so it is where the page has to be rendered anew, with the focus and what was selected', async ({ page, signUp, person }) => {
  const release = await heldProgram(page);
  await page.goto('/sign-up', { waitUntil: 'commit' });
  await signUp.fill(person);
  await signUp.displayName.fill('Ada Byron');
  await signUp.displayName.evaluate((input: HTMLInputElement) => {
    input.setSelectionRange(4, 9);
    for (const each of document.querySelectorAll('input')) each.before(document.createElement('x-y'));
  });
  release();
  await hydrated(page);
  await expect(page.locator('html[data-anew]')).toHaveCount(1);
  await expect(page.locator('x-y')).toHaveCount(0);
  await expect(signUp.displayName).toBeFocused();
  await page.keyboard.type('Lovelace');
  await expect(signUp.displayName).toHaveValue('Ada Lovelace');
  await expect(signUp.email).toHaveValue(person.email);
  await expect(signUp.password).toHaveValue(person.password);
  await expect(signUp.password).toHaveAccessibleDescription(`${person.password.length} characters.`);
});

test('a box that was unticked stays so', async ({ page, signIn }) => {
  const release = await heldProgram(page);
  await page.goto('/sign-in', { waitUntil: 'commit' });
  await signIn.remember.uncheck();
  await page.evaluate(() => document.querySelector('main')?.prepend(document.createElement('x-y')));
  release();
  await hydrated(page);
  await expect(page.locator('html[data-anew]')).toHaveCount(1);
  await expect(signIn.remember).not.toBeChecked();
});

test('a page that is translated after it was ready goes on', async ({ page, signIn, account, person }) => {
  await signIn.open();
  await signIn.fill(person);
  await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    for (const text of texts) {
      const around = document.createElement('font');
      text.replaceWith(around);
      around.append(document.createElement('font'));
      around.firstElementChild?.append(`(${text.data})`);
    }
  });
  await page.locator('main form button[type=submit]').click();
  await account.shows(person);
});
