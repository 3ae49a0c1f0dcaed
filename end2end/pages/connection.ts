import type { Locator, Page } from '@playwright/test';

import { open } from './hydrated.ts';

export class ConnectionPage {
  readonly heading: Locator;
  readonly summary: Locator;
  readonly findings: Locator;
  readonly checkAgain: Locator;

  constructor(readonly page: Page) {
    const main = page.getByRole('main');
    this.heading = main.getByRole('heading', { level: 1, name: 'Connection check' });
    this.summary = main.getByRole('status');
    this.findings = main.getByRole('listitem');
    this.checkAgain = main.getByRole('button', { name: 'Check again' });
  }

  async open(): Promise<void> {
    await open(this.page, '/connection');
  }

  finding(title: string): Locator {
    return this.findings.filter({ has: this.page.getByText(title, { exact: true }) });
  }
}
