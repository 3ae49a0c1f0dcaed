import type { Locator, Page } from '@playwright/test';

/** The words of a page whose program does not run. */
export class StoppedPage {
  readonly words: Locator;
  readonly reload: Locator;
  readonly signOut: Locator;

  constructor(page: Page) {
    this.words = page.locator('#stopped');
    this.reload = this.words.getByRole('link', { name: 'Reload the page' });
    this.signOut = this.words.getByRole('button', { name: 'Sign out' });
  }
}
