import { expect, type Locator, type Page } from '@playwright/test';

/** The page to try the API. */
export class DocsPage {
  /** Every operation that it shows. */
  readonly operations: Locator;

  constructor(private readonly page: Page) {
    this.operations = page.locator('.opblock');
  }

  async open(): Promise<void> {
    await this.page.goto('/api/docs');
    await expect(this.operations.first()).toBeVisible();
  }

  /** Tries the operation of this summary, and waits for the answer's status and body. */
  async call(summary: string, body?: object): Promise<{ status: string; text: string }> {
    const operation = this.operations.filter({ has: this.page.getByText(summary, { exact: true }) });
    const tryIt = operation.getByRole('button', { name: 'Try it out' });
    if (!(await operation.locator('.opblock-body').isVisible())) {
      await operation.locator('.opblock-summary-control').click();
      await tryIt.click();
    }
    const live = operation.locator('.live-responses-table');
    // What an earlier call was answered must not speak for this one.
    const clear = operation.getByRole('button', { name: 'Clear', exact: true });
    if (await clear.isVisible()) await clear.click();
    await expect(live).toBeHidden();
    if (body) await operation.locator('textarea.body-param__text').fill(JSON.stringify(body));
    await operation.getByRole('button', { name: /^Execute$/ }).click();
    await expect(live).toBeVisible();
    return {
      status: ((await live.locator('.response-col_status').last().textContent()) ?? '').trim(),
      text: (await live.locator('.response-col_description').last().textContent()) ?? '',
    };
  }
}
