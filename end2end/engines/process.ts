import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A browser's programs, and the folder that is their home. */
export class Programs {
  readonly #running: ChildProcess[] = [];

  private constructor(readonly home: string) {}

  static async prepare(): Promise<Programs> {
    return new Programs(await mkdtemp(path.join(tmpdir(), 'sessionkeep-engine-')));
  }

  /** Starts one, with nothing of the user's own settings. */
  start(program: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}, stdio: SpawnOptions['stdio'] = 'ignore'): ChildProcess {
    const child = spawn(program, args, {
      stdio,
      env: { PATH: process.env['PATH'], HOME: this.home, XDG_RUNTIME_DIR: this.home, TMPDIR: this.home, ...environment },
    });
    this.#running.push(child);
    return child;
  }

  /** Waits until `look` finds something; fails where a program has ended before. */
  async until<T>(look: () => Promise<T | undefined>): Promise<T> {
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      const ended = this.#running.find(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null);
      if (ended) throw new Error(`${ended.spawnfile} ended with ${ended.exitCode ?? ended.signalCode}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends all of them, the last one first, and removes their folder. */
  async stop(): Promise<void> {
    for (const child of this.#running.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    }
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}
