import { type FileHandle, open } from 'node:fs/promises'
import { ConfigError } from '@montana/foundation'

const DEVICE = '/dev/tty'
const MAX_LINE_BYTES = 1024

/** The terminal device itself, whatever stdin and stdout are. */
export interface Terminal extends AsyncDisposable {
  write(text: string): Promise<void>
  /** The answer without its end of line; empty at the end of input. */
  ask(question: string): Promise<string>
}

/** Whether {@link openTerminal} would find one. */
export async function hasTerminal(): Promise<boolean> {
  const handle = await open(DEVICE, 'r+').catch(() => undefined)
  await handle?.close()
  return handle !== undefined
}

/** Throws ConfigError where this process has no terminal. */
export async function openTerminal(): Promise<Terminal> {
  const handle = await open(DEVICE, 'r+').catch(() => undefined)
  if (!handle) {
    throw new ConfigError('there is no terminal to show the recovery words on', {
      field: 'mnemonic-out',
      remedy: 'give --mnemonic-out FILE, or restore an identity from its words',
    })
  }
  return {
    write: async (text) => void (await handle.write(text)),
    ask: async (question) => {
      await handle.write(question)
      return await readLine(handle)
    },
    [Symbol.asyncDispose]: async () => await handle.close(),
  }
}

/** A terminal hands out one line at a time. */
async function readLine(handle: FileHandle): Promise<string> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(MAX_LINE_BYTES), 0, MAX_LINE_BYTES, null)
  return buffer
    .subarray(0, bytesRead)
    .toString('utf8')
    .replace(/\r?\n$/, '')
}
