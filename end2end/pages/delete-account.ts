import type { Locator, Page } from '@playwright/test';

import { open } from './hydrated.ts';

export class DeleteAccountPage {
  readonly heading: Locator;
  readonly current: Locator;
  readonly sure: Locator;
  readonly submit: Locator;
  readonly alert: Locator;
  readonly notice: Locator;

  constructor(readonly page: Page) {
    const main = page.getByRole('main');
    this.heading = main.getByRole('heading', { level: 1, name: 'Delete account' });
    this.current = main.getByLabel('Current password', { exact: true });
    this.sure = main.getByLabel('I want to permanently delete my account');
    this.submit = main.getByRole('button', { name: 'Delete my account' });
    this.alert = main.getByRole('alert');
    this.notice = main.locator('.notice[role=status]:not(.good)');
  }

  async open(): Promise<void> {
    await open(this.page, '/account/delete');
  }
}
