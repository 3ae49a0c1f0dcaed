import { once } from 'node:events';
import type { Readable } from 'node:stream';

import { freePort } from '../fixtures/server.ts';
import { Programs } from './process.ts';
import { type Engine, ROUTES } from './webdriver.ts';

/** WebKitGTK's small browser, which needs a display, driven by its own WebDriver. */
export async function webkit(): Promise<Engine> {
  const programs = await Programs.prepare();
  try {
    // It takes a free display and writes its number to the descriptor.
    const screen = ['-screen', '0', '1280x1024x24', '-nolisten', 'tcp'];
    const xvfb = programs.start('Xvfb', ['-displayfd', '3', ...screen], {}, ['ignore', 'ignore', 'ignore', 'pipe']);
    const [display] = (await once(xvfb.stdio[3] as Readable, 'data')) as [Buffer];
    const port = await freePort();
    const driver = `http://127.0.0.1:${port}`;
    programs.start('WebKitWebDriver', ['-p', String(port)], {
      DISPLAY: `:${String(display).trim()}`,
      GDK_BACKEND: 'x11',
      NO_AT_BRIDGE: '1',
      LIBGL_ALWAYS_SOFTWARE: '1',
      WEBKIT_DISABLE_COMPOSITING_MODE: '1',
    });
    await programs.until(() => fetch(`${driver}/status`).then(() => true, () => undefined));
    return {
      lend: async (use) => {
        // Each session has a browser of its own.
        const { sessionId } = (await ask(`${driver}/session`, 'POST', {
          capabilities: { alwaysMatch: { browserName: 'MiniBrowser', 'webkitgtk:browserOptions': { args: ['--automation'] } } },
        })) as { sessionId: string };
        const session = `${driver}/session/${sessionId}`;
        await use((command, { id, ...parameters } = {}) => {
          const [method = '', route = ''] = ROUTES[command].split(' ');
          return ask(session + route.replace('{id}', String(id)), method, parameters);
        });
        await ask(session, 'DELETE');
      },
      stop: () => programs.stop(),
    };
  } catch (error) {
    await programs.stop();
    throw error;
  }
}

async function ask(url: string, method: string, parameters: object = {}): Promise<unknown> {
  const response = await fetch(url, { method, ...(method === 'POST' ? { body: JSON.stringify(parameters) } : {}) });
  const { value } = (await response.json()) as { value: unknown };
  if (!response.ok) throw new Error(JSON.stringify(value));
  return value;
}
