import type { Locator, Page } from '@playwright/test';

import { open } from './hydrated.ts';

export class ReasonsPage {
  readonly heading: Locator;
  /** The one reason that is explained, where there is one. */
  readonly reason: Locator;
  /** All of them. */
  readonly reasons: Locator;
  readonly all: Locator;
  readonly signIn: Locator;

  constructor(readonly page: Page) {
    const main = page.getByRole('main');
    this.heading = main.getByRole('heading', { level: 1, name: 'Why was I signed out?' });
    this.reason = main.getByRole('article').getByRole('heading', { level: 2 });
    this.reasons = main.locator('.reasons > details');
    this.all = main.getByRole('link', { name: 'Other reasons you might be signed out' });
    this.signIn = main.getByRole('link', { name: 'Sign in', exact: true });
  }

  async open(query = ''): Promise<void> {
    await open(this.page, `/signed-out${query}`);
  }
}
