import { expect, test } from '@playwright/test';

test('the ports keep their word in a real browser', async ({ page }) => {
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  await page.goto('/');
  const output = page.locator('#output');
  try {
    await expect(output).toContainText('test result: ');
  } catch (error) {
    // Which test did not end, and what those before it complained of.
    console.log(said.join('\n'));
    throw error;
  } finally {
    console.log(await output.textContent());
  }
  // A run of no tests is no success.
  expect(await output.textContent()).toMatch(/^test result: ok\. [1-9]\d* passed; 0 failed/m);
});
