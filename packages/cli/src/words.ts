import { open, rm } from 'node:fs/promises'
import { ConfigError, errorCode } from '@montana/foundation'

const OWNER_ONLY = 0o600

/**
 * Gives out the recovery words of a new identity, to a new file or to the terminal itself; never to stdout or a log
 * (spec operations 9.3). Returns how to take the file back if the identity cannot be saved.
 */
export async function writeWords(words: string, file: string | undefined): Promise<() => Promise<void>> {
  if (file === undefined) return await toTerminal(words)
  await writeNew(file, `${words}\n`)
  return async () => await rm(file, { force: true })
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    const handle = await open(file, 'wx', OWNER_ONLY)
    await handle.writeFile(text)
    await handle.sync()
    await handle.close()
  } catch (error) {
    const reason = errorCode(error) === 'EEXIST' ? 'exists already' : `cannot be written (${errorCode(error)})`
    const remedy = 'name a new file in a directory that you may write'
    throw new ConfigError(`--mnemonic-out ${file} ${reason}`, { field: 'mnemonic-out', remedy })
  }
}

async function toTerminal(words: string): Promise<() => Promise<void>> {
  const terminal = await open('/dev/tty', 'w').catch(() => undefined)
  if (!terminal) {
    throw new ConfigError('there is no terminal to show the recovery words on', {
      field: 'mnemonic-out',
      remedy: 'give --mnemonic-out FILE, or restore an identity with --mnemonic-stdin',
    })
  }
  await terminal.writeFile(`Write these 24 words down. They are the only way to restore this identity:\n\n${words}\n\n`)
  await terminal.close()
  return async () => {}
}
