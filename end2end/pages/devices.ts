import { type Locator, type Page, expect } from '@playwright/test';

import { open } from './hydrated.ts';

/** How long a sign-out can be taken back. */
export const UNDO = 6_000;

export class DevicesPage {
  readonly heading: Locator;
  readonly rows: Locator;
  readonly endOthers: Locator;
  readonly alone: Locator;
  readonly notice: Locator;
  readonly alert: Locator;
  readonly loadAgain: Locator;
  readonly more: Locator;

  constructor(readonly page: Page) {
    const main = page.getByRole('main');
    this.heading = main.getByRole('heading', { level: 1, name: 'Devices' });
    this.rows = main.locator('li.device:visible');
    this.endOthers = main.getByRole('button', { name: 'Sign out everywhere else' });
    this.alone = main.getByText('Only this device is signed in.');
    this.notice = main.locator('.account-page > p.notice[role=status]');
    this.alert = main.getByRole('alert');
    this.loadAgain = main.getByRole('button', { name: 'Try again' });
    this.more = main.getByRole('button', { name: 'Show more' });
  }

  async open(): Promise<void> {
    await open(this.page, '/account/devices');
  }

  /** The row of the device that is looked at. */
  get thisDevice(): Locator {
    return this.rows.filter({ hasText: 'Active now' });
  }

  get others(): Locator {
    return this.rows.filter({ hasNotText: 'Active now' });
  }

  /** So many devices, this one included. */
  async shows(devices: number): Promise<void> {
    await expect(this.rows).toHaveCount(devices);
    await expect(this.thisDevice).toHaveCount(1);
  }

  /** Presses the button in the row. */
  async end(row: Locator): Promise<void> {
    await row.getByRole('button', { name: /^Sign out/ }).click();
  }

  /** The way back from that, for six seconds. */
  undo(row: Locator): Locator {
    return row.getByRole('button', { name: 'Undo' });
  }

  /** The question of this row, or of all others. */
  question(row?: Locator): Locator {
    return row ? row.getByRole('group') : this.page.getByRole('group', { name: /^Sign out \d+ other devices?\?$/ });
  }

  /** The field for the password in a question. */
  password(row?: Locator): Locator {
    return this.question(row).getByLabel('Current password', { exact: true });
  }

  /** Signs out all others, and confirms. */
  async signOutOthers(): Promise<void> {
    await this.endOthers.click();
    await this.question().getByRole('button', { name: /^Sign out/ }).click();
  }

  /** As if the person had looked at another window and came back. */
  async comeBack(): Promise<void> {
    await this.page.evaluate(() => window.dispatchEvent(new Event('focus')));
  }
}
