import type { Locator, Page } from '@playwright/test';

import { open } from './hydrated.ts';

export class ActivityPage {
  readonly heading: Locator;
  readonly events: Locator;
  readonly days: Locator;
  readonly more: Locator;
  readonly added: Locator;
  readonly loadAgain: Locator;

  constructor(readonly page: Page) {
    const main = page.getByRole('main');
    this.heading = main.getByRole('heading', { level: 1, name: 'Activity' });
    this.events = main.locator('li.event');
    this.days = main.getByRole('heading', { level: 2, name: /day|\d{4}/ });
    this.more = main.getByRole('button', { name: 'Show more' });
    this.added = main.getByRole('status').filter({ hasText: /loaded|everything/ });
    this.loadAgain = main.getByRole('button', { name: 'Try again' });
  }

  async open(): Promise<void> {
    await open(this.page, '/account/activity');
  }

  filter(name: string): Locator {
    return this.page.getByRole('radiogroup', { name: 'Show' }).getByText(name, { exact: true });
  }

  event(title: string): Locator {
    return this.events.filter({ has: this.page.getByText(title, { exact: true }) });
  }
}
