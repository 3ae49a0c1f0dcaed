import type { Locator, Page } from '@playwright/test';

import { open } from './hydrated.ts';

export class PasswordPage {
  readonly heading: Locator;
  readonly current: Locator;
  readonly new: Locator;
  readonly username: Locator;
  readonly submit: Locator;
  readonly alert: Locator;
  readonly done: Locator;
  readonly notice: Locator;

  constructor(readonly page: Page) {
    const main = page.getByRole('main');
    this.heading = main.getByRole('heading', { level: 1, name: 'Change password' });
    this.current = main.getByLabel('Current password', { exact: true });
    this.new = main.getByLabel('New password', { exact: true });
    this.username = main.locator('input[autocomplete="username"]');
    this.submit = main.getByRole('button', { name: 'Change password' });
    this.alert = main.getByRole('alert');
    this.done = main.getByRole('status').filter({ hasText: 'Password changed.' });
    this.notice = main.locator('.notice[role=status]:not(.good)');
  }

  async open(): Promise<void> {
    await open(this.page, '/account/password');
  }

  async change(current: string, next: string): Promise<void> {
    await this.current.fill(current);
    await this.new.fill(next);
    await this.submit.click();
  }
}
