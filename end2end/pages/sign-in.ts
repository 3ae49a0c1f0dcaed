import type { Locator, Page } from '@playwright/test';

import type { Person } from '../fixtures/person.ts';
import { open } from './hydrated.ts';

export class SignInPage {
  readonly heading: Locator;
  readonly email: Locator;
  readonly password: Locator;
  readonly remember: Locator;
  readonly submit: Locator;
  readonly showPassword: Locator;
  readonly hidePassword: Locator;
  readonly alert: Locator;
  readonly notice: Locator;
  readonly meaning: Locator;

  constructor(readonly page: Page) {
    const form = page.getByRole('main');
    this.heading = form.getByRole('heading', { level: 1, name: 'Sign in to Sessionkeep' });
    this.email = form.getByLabel('Email', { exact: true });
    this.password = form.getByLabel('Password', { exact: true });
    this.remember = form.getByLabel('Keep me signed in on this device');
    this.submit = form.getByRole('button', { name: 'Sign in', exact: true });
    this.showPassword = form.getByRole('button', { name: 'Show password' });
    this.hidePassword = form.getByRole('button', { name: 'Hide password' });
    this.alert = form.getByRole('alert');
    this.notice = form.locator('.notice[role=status]');
    this.meaning = form.getByRole('link', { name: 'Why?' });
  }

  async open(query = ''): Promise<void> {
    await open(this.page, `/sign-in${query}`);
  }

  async fill({ email, password }: Person): Promise<void> {
    await this.email.fill(email);
    await this.password.fill(password);
  }

  /** Signs in and arrives. */
  async signIn(person: Person): Promise<void> {
    await this.open();
    await this.fill(person);
    await this.submit.click();
    await this.page.waitForURL('/account');
  }
}
