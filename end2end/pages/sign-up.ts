import type { Locator, Page } from '@playwright/test';

import type { Person } from '../fixtures/person.ts';
import { open } from './hydrated.ts';

export class SignUpPage {
  readonly heading: Locator;
  readonly email: Locator;
  readonly displayName: Locator;
  readonly password: Locator;
  readonly submit: Locator;
  readonly alert: Locator;
  readonly notice: Locator;

  constructor(readonly page: Page) {
    const form = page.getByRole('main');
    this.heading = form.getByRole('heading', { level: 1, name: 'Create your Sessionkeep account' });
    this.email = form.getByLabel('Email', { exact: true });
    this.displayName = form.getByLabel('Name (optional)');
    this.password = form.getByLabel('Password', { exact: true });
    this.submit = form.getByRole('button', { name: 'Create account', exact: true });
    this.alert = form.getByRole('alert');
    this.notice = form.locator('.notice[role=status]');
  }

  async open(): Promise<void> {
    await open(this.page, '/sign-up');
  }

  async fill({ email, password }: Person): Promise<void> {
    await this.email.fill(email);
    await this.password.fill(password);
  }
}
