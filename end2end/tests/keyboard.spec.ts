import type { Locator, Page } from '@playwright/test';

import { expect, test } from '../fixtures/index.ts';

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, element: Locator, key = 'Tab'): Promise<void> {
  const hasFocus = (): Promise<boolean> => element.evaluate((node) => node === document.activeElement);
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press(key);
    if (await hasFocus()) return;
  }
  await expect(element, 'reached with Tab').toBeFocused();
}

test('signing in and out needs no mouse', async ({ page, signIn, account, person }) => {
  await signIn.open();
  await tabTo(page, signIn.email);
  await page.keyboard.type(person.email);
  await page.keyboard.press('Tab');
  await expect(signIn.password).toBeFocused();
  await page.keyboard.type(person.password);
  await tabTo(page, signIn.showPassword);
  await page.keyboard.press('Space');
  await expect(signIn.password).toHaveAttribute('type', 'text');
  await page.keyboard.press('Space');
  await expect(signIn.password).toHaveAttribute('type', 'password');
  await tabTo(page, signIn.remember);
  await tabTo(page, signIn.submit);
  await page.keyboard.press('Enter');

  await account.shows(person);
  await expect(account.heading, 'a new page announces itself').toBeFocused();
  await tabTo(page, account.menu, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(account.menu).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('Escape');
  await expect(account.signOut).toBeHidden();
  await expect(account.menu).toBeFocused();
  await page.keyboard.press('Enter');
  await tabTo(page, account.signOut);
  await page.keyboard.press('Enter');
  await expect(signIn.heading).toBeFocused();
});

test('Enter in a field sends the form, and a mistake takes the focus', async ({ page, signIn, account, person }) => {
  await signIn.open();
  await signIn.email.focus();
  await page.keyboard.type(person.email);
  await page.keyboard.press('Enter');
  await expect(signIn.password).toBeFocused();
  await expect(signIn.password).toHaveAccessibleDescription('Enter your password.');
  await page.keyboard.type(person.password);
  await page.keyboard.press('Enter');
  await account.shows(person);
});

test('the first Tab offers to skip to the content', async ({ page, signIn }) => {
  await signIn.open();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});

test('Caps Lock is pointed out at the password', async ({ page, signIn }) => {
  await signIn.open();
  const hint = page.getByRole('main').getByText('Caps Lock is on.');
  const press = (modifierCapsLock: boolean): Promise<void> => signIn.password.evaluate((input, modifierCapsLock) => {
    input.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true, modifierCapsLock }));
  }, modifierCapsLock);
  await press(true);
  await expect(hint).toBeVisible();
  await press(false);
  await expect(hint).toHaveCount(0);
  await press(true);
  await expect(hint).toBeVisible();
  // Chrome sends such an event, without a key, when it fills a field in.
  await signIn.password.evaluate((input) => input.dispatchEvent(new Event('keydown', { bubbles: true })));
  await expect(hint).toHaveCount(0);
});

test('a click at the edge of the button is not lost where Caps Lock was pointed out', async ({ page, signIn, account, person }) => {
  await signIn.open();
  await signIn.fill(person);
  await signIn.password.evaluate((input) => {
    input.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true, modifierCapsLock: true }));
  });
  await expect(page.getByRole('main').getByText('Caps Lock is on.')).toBeVisible();
  const box = await signIn.submit.boundingBox();
  if (!box) throw new Error('no button');
  await page.mouse.click(box.x + box.width / 2, box.y + box.height - 2);
  await account.shows(person);
});

test('a click on Show leaves the focus in the password', async ({ signIn }) => {
  await signIn.open();
  await signIn.password.fill('seven lanterns');
  await signIn.showPassword.click();
  await expect(signIn.password).toHaveAttribute('type', 'text');
  await expect(signIn.password).toBeFocused();
});
