import { randomInt } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { ConfigError, errorCode } from '@montana/foundation'
import { openTerminal, type Terminal } from './terminal.js'

const OWNER_ONLY = 0o600
/** How often the words that are asked back may be wrong. */
const TRIES = 3
/** As many words are asked back. */
const ASKED = 3

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
  await using terminal = await openTerminal()
  await terminal.write(
    `Write these 24 words down. They are the only way to restore this identity:\n\n${inRows(words)}\n\n`,
  )
  await askBack(words.split(' '), terminal)
  return async () => {}
}

const WORDS_PER_ROW = 6

function inRows(words: string): string {
  const cells = words.split(' ').map((word, index) => `${String(index + 1).padStart(2)} ${word.padEnd(9)}`)
  const rows = Array.from({ length: Math.ceil(cells.length / WORDS_PER_ROW) }, (_, row) => {
    return cells
      .slice(row * WORDS_PER_ROW, (row + 1) * WORDS_PER_ROW)
      .join(' ')
      .trimEnd()
  })
  return rows.join('\n')
}

/** Throws ConfigError when they were not written down. */
async function askBack(words: readonly string[], terminal: Terminal): Promise<void> {
  for (const index of places(words.length)) {
    if (!(await isRepeated(words[index] ?? '', index + 1, terminal))) {
      const remedy = 'run it again; the words of this run are of no use'
      throw new ConfigError('the words were not repeated as they are', { code: 'WORDS_NOT_KEPT', remedy })
    }
  }
  await terminal.write('Thank you. They will not be shown again.\n')
}

async function isRepeated(word: string, place: number, terminal: Terminal): Promise<boolean> {
  for (let left = TRIES; left > 0; left--) {
    const answer = await terminal.ask(`Word ${place}: `)
    if (answer.trim().toLowerCase() === word) return true
    await terminal.write('That is not what it says.\n')
  }
  return false
}

/** Different places, in order. */
function places(count: number): number[] {
  const chosen = new Set<number>()
  while (chosen.size < ASKED) chosen.add(randomInt(count))
  return [...chosen].sort((a, b) => a - b)
}
