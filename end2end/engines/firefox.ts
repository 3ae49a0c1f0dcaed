import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { type Socket, connect } from 'node:net';
import path from 'node:path';

import { Programs } from './process.ts';
import type { Engine, Send } from './webdriver.ts';

/** Firefox, driven by Marionette: the protocol behind geckodriver, which Debian does not package. */
export async function firefox(): Promise<Engine> {
  const programs = await Programs.prepare();
  try {
    // Port 0: it takes a free one and writes it into its profile.
    await writeFile(path.join(programs.home, 'user.js'), 'user_pref("marionette.port", 0);\n');
    // System access: to clear cookies of every path.
    const args = ['--headless', '--no-remote', '--marionette', '--remote-allow-system-access', '--profile', programs.home];
    programs.start(process.env['FIREFOX'] ?? 'firefox-esr', args);
    const port = await programs.until(() =>
      readFile(path.join(programs.home, 'MarionetteActivePort'), 'utf8').then((text) => Number(text) || undefined, () => undefined),
    );
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const send = marionette(socket);
    await send('NewSession');
    const own = await send('GetWindowHandle');
    return {
      lend: async (use) => {
        const { handle } = (await send('NewWindow', { type: 'tab', focus: true })) as { handle: string };
        await send('SwitchToWindow', { handle });
        await use(send);
        for (const other of ((await send('GetWindowHandles')) as string[]).filter((other) => other !== own)) {
          await send('SwitchToWindow', { handle: other });
          await send('CloseWindow');
        }
        await send('SwitchToWindow', { handle: own });
        await send('SetContext', { value: 'chrome' });
        await send('ExecuteScript', { script: 'Services.cookies.removeAll()', args: [] });
        await send('SetContext', { value: 'content' });
      },
      stop: async () => {
        socket.destroy();
        await programs.stop();
      },
    };
  } catch (error) {
    await programs.stop();
    throw error;
  }
}

type Answer = readonly [1, number, { readonly error: string; readonly message: string } | null, unknown];

/** Messages are `length:json`: `[0, id, name, parameters]`, and `[1, id, error, result]`. The first one is a greeting. */
function marionette(socket: Socket): (command: Parameters<Send>[0] | 'NewSession' | 'SetContext', parameters?: object) => Promise<unknown> {
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  let bytes = Buffer.alloc(0);
  let sent = 0;
  socket.on('data', (more: Buffer) => {
    bytes = Buffer.concat([bytes, more]);
    for (;;) {
      const colon = bytes.indexOf(':');
      const end = colon + 1 + Number(bytes.subarray(0, colon));
      if (colon < 0 || bytes.length < end) return;
      const message = JSON.parse(bytes.subarray(colon + 1, end).toString()) as Answer | object;
      bytes = bytes.subarray(end);
      if (Array.isArray(message)) answered(message as unknown as Answer);
    }
  });
  const answered = ([, id, error, result]: Answer): void => {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error) reject?.(new Error(`${error.error}: ${error.message}`));
    // Everything but a list and the handle of a new tab is wrapped.
    else resolve?.(result instanceof Object && 'value' in result ? result.value : result);
  };
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('Firefox has closed the connection'));
  });
  return (command, parameters = {}) =>
    new Promise((resolve, reject) => {
      sent += 1;
      waiting.set(sent, { resolve, reject });
      const text = JSON.stringify([0, sent, `${command === 'SetContext' ? 'Marionette' : 'WebDriver'}:${command}`, parameters]);
      socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
}
