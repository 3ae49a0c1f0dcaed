import type { Locator, Page } from '@playwright/test';

import { open } from './hydrated.ts';

export class SecurityPage {
  constructor(readonly page: Page) {}

  async open(): Promise<void> {
    await open(this.page, '/account/security');
  }

  /** What stands beside a name. */
  value(name: string): Locator {
    const row = this.page.getByRole('main').locator('.setting').filter({ has: this.page.getByText(name, { exact: true }) });
    return row.locator('.setting-value');
  }

  link(name: string): Locator {
    return this.page.getByRole('main').getByRole('link', { name, exact: true });
  }
}
