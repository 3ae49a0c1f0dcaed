import { type Locator, type Page, expect } from '@playwright/test';

import type { Person } from '../fixtures/person.ts';
import { open } from './hydrated.ts';

/** The parts of the pages, found by their structure: for tests in every language and under every brand. */
export class Parts {
  readonly heading: Locator;
  /** The error of a form or a page as a whole. */
  readonly alert: Locator;
  /** Why the sign-in form is shown. */
  readonly notice: Locator;
  /** The line about a lost connection. */
  readonly link: Locator;
  readonly skeletons: Locator;

  readonly email: Locator;
  readonly password: Locator;
  readonly currentPassword: Locator;
  readonly newPassword: Locator;
  readonly togglePassword: Locator;
  readonly submit: Locator;
  /** The submit button while the server asks the user to wait. */
  readonly waiting: Locator;

  readonly identity: Locator;
  readonly menuButton: Locator;
  readonly menu: Locator;
  readonly signOut: Locator;
  readonly banner: Locator;

  readonly events: Locator;
  readonly findings: Locator;

  constructor(readonly page: Page) {
    const main = page.getByRole('main');
    this.heading = main.getByRole('heading', { level: 1 });
    this.alert = main.getByRole('alert');
    this.notice = main.locator('.notice[role=status]:not(.good)').filter({ hasText: /\S/ });
    this.link = page.locator('.connection').filter({ hasText: /\S/ });
    this.skeletons = main.locator('.skeleton');

    this.email = main.locator('#email');
    this.password = main.locator('#password');
    this.currentPassword = main.locator('#currentPassword');
    this.newPassword = main.locator('#newPassword');
    this.togglePassword = main.locator('.password-toggle');
    this.submit = main.locator('form button[type=submit].wide');
    this.waiting = main.locator('form button[type=submit].wide[aria-disabled=true]:not(.busy)');

    this.identity = main.locator('.identity-name');
    this.menuButton = page.locator('.menu-button');
    this.menu = page.locator('#account-menu');
    this.signOut = this.menu.locator('button');
    this.banner = main.locator('section.banner');

    this.events = main.locator('li.event');
    this.findings = main.locator('li.finding');
  }

  /** Opens a page and waits for its data. */
  async open(path: string): Promise<void> {
    await open(this.page, path);
    await expect(this.skeletons).toHaveCount(0);
  }

  async fill({ email, password }: Person): Promise<void> {
    await this.email.fill(email);
    await this.password.fill(password);
  }

  /** Signs in and waits for the account. */
  async signIn(person: Person): Promise<void> {
    await this.open('/sign-in');
    await this.fill(person);
    await this.submit.click();
    await this.page.waitForURL('/account');
    await expect(this.identity).toBeVisible();
  }

  /** The error below the field with this id. */
  error(id: string): Locator {
    return this.page.locator(`#${id}-error`);
  }

  /** The choices above the events: all, warnings, sign-ins. */
  filter(index: 0 | 1 | 2): Locator {
    return this.page.locator('.filter label').nth(index);
  }
}

/** The same of the page of the devices. */
export class DeviceParts {
  readonly rows: Locator;
  readonly groups: Locator;
  /** The rows of an open group. */
  readonly grouped: Locator;
  readonly details: Locator;
  /** The row with the Undo button. */
  readonly leaving: Locator;
  readonly inactive: Locator;
  readonly endOthers: Locator;
  /** The question of all other devices. */
  readonly question: Locator;
  /** The sentence in the place of other devices. */
  readonly alone: Locator;
  readonly loading: Locator;

  constructor(readonly page: Page) {
    const main = page.getByRole('main');
    this.rows = main.locator('li.device:visible');
    this.groups = main.locator('.group-head');
    this.grouped = main.locator('ul.nested > li.device:visible');
    this.details = main.locator('dl.details');
    this.leaving = main.locator('li.device.leaving');
    this.inactive = main.locator('details.inactive');
    this.endOthers = main.locator('.section-head > button');
    this.question = main.locator('.section-head .confirm');
    this.alone = main.locator('.quiet-line');
    this.loading = main.locator('.skeleton-row').first();
  }

  /** The rows of other devices. */
  get others(): Locator {
    return this.page.locator('section[aria-labelledby=other-devices] li.device:visible');
  }

  /** The button of a row that signs its device out. */
  end(row: Locator): Locator {
    return row.locator(':scope > button');
  }
}
