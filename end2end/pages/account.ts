import { type Locator, type Page, type Request, expect } from '@playwright/test';

import type { Person } from '../fixtures/person.ts';
import { open } from './hydrated.ts';

export class AccountPage {
  readonly heading: Locator;
  readonly loadAgain: Locator;
  readonly signOut: Locator;
  readonly upToDate: Locator;
  readonly waiting: Locator;
  readonly reconnecting: Locator;
  readonly cookiesDropped: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1, name: 'Your account' });
    this.loadAgain = page.getByRole('button', { name: 'Load again' });
    this.signOut = page.getByRole('button', { name: 'Sign out', exact: true });
    this.upToDate = page.getByRole('status').filter({ hasText: 'Up to date.' });
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
    await expect(this.page.getByRole('main').getByText(email, { exact: true })).toBeVisible();
  }

  /** Asks for the protected data again and waits for it. Returns the access token that the page used. */
  async load(): Promise<string> {
    // What the page has asked for before must not be taken for the answer.
    await expect(this.upToDate).toBeVisible();
    const answered = this.page.waitForResponse((response) => isMe(response.request()) && response.ok());
    await this.loadAgain.click();
    return bearer((await answered).request());
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
