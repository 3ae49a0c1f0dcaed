import { type Locator, type Page, type Request, expect } from '@playwright/test';

import type { Person } from '../fixtures/person.ts';
import { open } from './hydrated.ts';

export class AccountPage {
  readonly heading: Locator;
  readonly menu: Locator;
  readonly signOut: Locator;
  /** The entry of the navigation that is marked as the current page. */
  readonly currentPage: Locator;
  readonly upToDate: Locator;
  readonly review: Locator;
  readonly name: NameRow;
  readonly waiting: Locator;
  readonly reconnecting: Locator;
  readonly cookiesDropped: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1, name: 'Profile' });
    this.menu = page.getByRole('button', { name: /^Account menu/ });
    this.signOut = page.getByRole('navigation', { name: 'Account' }).getByRole('button', { name: 'Sign out', exact: true });
    this.currentPage = page.getByRole('navigation', { name: 'Settings' }).locator('[aria-current=page]');
    this.upToDate = page.locator('.settings:not([aria-busy])');
    this.review = page.getByRole('region', { name: 'Your session was used in two places' });
    this.name = new NameRow(page);
    this.waiting = page.getByRole('status').filter({ hasText: 'Checking your session' });
    this.reconnecting = page.getByRole('status').filter({ hasText: 'Reconnecting' });
    this.cookiesDropped = page.getByRole('status').filter({ hasText: 'You stay signed in on this page only' });
  }

  async open(): Promise<void> {
    await open(this.page, '/account');
  }

  /** The protected data is there. */
  async shows({ email }: Person): Promise<void> {
    await expect(this.heading).toBeVisible();
    await expect(this.page.getByRole('main').getByText(email, { exact: true }).last()).toBeVisible();
  }

  /** Signs out, by the menu. */
  async leave(): Promise<void> {
    await this.menu.click();
    await this.signOut.click();
  }

  /** As if the person had looked at another window and came back: the page asks for the protected data again. */
  async lookAgain(): Promise<void> {
    // What is under way already is not asked for a second time.
    await expect(this.upToDate).toBeVisible();
    await this.page.evaluate(() => window.dispatchEvent(new Event('focus')));
  }

  /** Asks for the protected data again and waits for it. Returns the access token that the page used. */
  async load(): Promise<string> {
    // What the page has asked for before must not be taken for the answer.
    await expect(this.upToDate).toBeVisible();
    const answered = this.page.waitForResponse((response) => isMe(response.request()) && response.ok());
    await this.lookAgain();
    return bearer((await answered).request());
  }
}

/** The name, and the form in its place. */
export class NameRow {
  readonly edit: Locator;
  readonly field: Locator;
  readonly save: Locator;
  readonly cancel: Locator;
  readonly said: Locator;

  constructor(readonly page: Page) {
    const main = page.getByRole('main');
    this.edit = main.getByRole('button', { name: /^(Edit name|Add your name)$/ });
    this.field = main.getByLabel('Name', { exact: true });
    this.save = main.getByRole('button', { name: 'Save' });
    this.cancel = main.getByRole('button', { name: 'Cancel' });
    this.said = main.getByRole('status').filter({ hasText: /^Name/ });
  }
}

export function isMe(request: Request): boolean {
  return new URL(request.url()).pathname === '/api/me';
}

export function isRefresh(request: Request): boolean {
  return new URL(request.url()).pathname === '/api/auth/refresh';
}

/** The access token that a request carries. */
export function bearer(request: Request): string {
  return request.headers()['authorization']?.replace(/^Bearer /, '') ?? '';
}
