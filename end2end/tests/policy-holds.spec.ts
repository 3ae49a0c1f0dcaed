import { expect, test } from '../fixtures/index.ts';
import { inject } from '../fixtures/probe.ts';
import { open } from '../pages/hydrated.ts';

/** Runs in the page. Each is what an injection would try. */
function attempts(): void {
  const marks: string[] = [];
  const blocked: string[] = [];
  Object.assign(window, { marks, blocked });
  document.addEventListener('securitypolicyviolation', (event) => blocked.push(event.effectiveDirective));
  const element = (html: string): void => {
    const holder = document.createElement('div');
    holder.innerHTML = html;
    document.body.append(holder);
  };
  const inline = document.createElement('script');
  inline.textContent = 'marks.push("inline")';
  document.body.append(inline);
  element('<img src="/favicon.svg" onload="marks.push(\'handler\')">');
  try {
    new Function('marks.push("eval")')();
  } catch {
    // As it should be.
  }
  const foreign = document.createElement('script');
  foreign.src = 'data:text/javascript,marks.push("foreign")';
  document.body.append(foreign);
  element('<iframe src="/sign-in"></iframe>');
  element('<div style="color: red"></div>');
  const base = document.createElement('base');
  base.href = 'https://evil.example/';
  document.head.append(base);
  base.remove();
}

test('the policy stops what an injection would try', async ({ watch, page }) => {
  watch.expect(/Content Security Policy/);
  // What stands in the frame that was not allowed.
  watch.expect(/chrome-error:/);
  await open(page, '/');
  await inject(page, attempts);
  const blocked = (): Promise<string[]> => page.evaluate(() => [...new Set((window as unknown as { blocked: string[] }).blocked)].sort());
  await expect.poll(blocked).toEqual(['base-uri', 'frame-src', 'script-src', 'script-src-attr', 'script-src-elem', 'style-src-attr']);
  expect(await page.evaluate(() => (window as unknown as { marks: string[] }).marks)).toEqual([]);
});
