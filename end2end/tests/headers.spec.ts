import type { APIResponse } from '@playwright/test';

import { expect, test } from '../fixtures/index.ts';

const PAGES = [
  '/', '/sign-in', '/sign-up', '/sign-out', '/signed-out', '/connection', '/account', '/account/security', '/account/devices',
  '/account/activity', '/account/data', '/account/password', '/account/delete', '/nowhere',
];

const ALWAYS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
};

/** XS-01: the whole policy of a page on http, but for its nonce and its origin. */
const POLICY =
  "default-src 'none'; script-src @/assets/ 'nonce-…' 'wasm-unsafe-eval'; worker-src @/assets/; connect-src 'self'; " +
  "style-src 'self'; img-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; object-src 'none'; " +
  "form-action 'self'; frame-ancestors 'none'; report-uri /api/csp-report";

const policy = (answer: APIResponse): string =>
  (answer.headers()['content-security-policy'] ?? '').replaceAll(new URL(answer.url()).origin, '@');

// XS-01, XS-02, CK-06
test('every page has the security headers and a policy with a nonce of its own', async ({ request }) => {
  const nonces = new Set<string>();
  for (const path of PAGES) {
    const answer = await request.get(path);
    expect(answer.headers(), path).toMatchObject({ ...ALWAYS, 'referrer-policy': 'same-origin', 'cache-control': 'no-store' });
    expect(answer.headers()['set-cookie'], path).toBeUndefined();
    const nonce = /'nonce-([\w+/=-]{16,})'/.exec(policy(answer))?.[1] ?? '';
    nonces.add(nonce);
    expect(policy(answer).replace(nonce, '…'), path).toBe(POLICY);
  }
  expect(nonces.size).toBe(PAGES.length);
});

test('the API has the security headers and a policy that allows nothing', async ({ request }) => {
  for (const path of ['/api/me', '/api/nowhere', '/healthz']) {
    const answer = await request.get(path);
    expect(answer.headers(), path).toMatchObject({ ...ALWAYS, 'cache-control': 'no-store' });
    expect(policy(answer), path).toBe("default-src 'none'; frame-ancestors 'none'");
  }
});

test('the worker that judges passwords has a policy of its own', async ({ page, request }) => {
  await page.goto('/');
  const worker = await page.locator('meta[name=strength-worker]').getAttribute('content');
  const answer = await request.get(worker ?? 'none');
  expect(answer.headers()).toMatchObject(ALWAYS);
  expect(policy(answer)).toBe(
    "default-src 'none'; script-src @/assets/ 'wasm-unsafe-eval'; connect-src 'self'; frame-ancestors 'none'; report-uri /api/csp-report",
  );
});

test('hashed files may be kept for ever', async ({ page, request }) => {
  await page.goto('/');
  const urls = await page.evaluate(() => [
    ...[...document.querySelectorAll<HTMLLinkElement>('link[href*="/assets/"]')].map((link) => link.href),
    document.querySelector<HTMLScriptElement>('script[data-wasm]')?.dataset['wasm'] ?? 'none',
  ]);
  expect(urls.length).toBeGreaterThanOrEqual(3);
  for (const url of urls) {
    const answer = await request.get(url);
    expect(answer.status(), url).toBe(200);
    expect(answer.headers()['cache-control'], url).toMatch(/max-age=31536000.*immutable/);
    if (new URL(url, 'http://localhost').pathname.endsWith('.wasm')) expect(answer.headers()['content-type']).toBe('application/wasm');
  }
});
