import { type Page, expect } from '@playwright/test';

/** Opens a page and waits until it answers to its user. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
  // What nothing has changed is taken over as the server sent it.
  const isAsSent = page.locator('html[data-extension], html:not([data-anew])');
  await expect(isAsSent).toHaveCount(1);
}

/** Waits until the page answers to its user. */
export async function hydrated(page: Page): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', '');
}
