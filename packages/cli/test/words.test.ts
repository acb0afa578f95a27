import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')
const hasScript = spawnSync('script', ['--version']).status === 0

/** `montana init` on a terminal of its own, its stdout and stderr in files; `answer` gets each word that is asked for. */
async function initOnTerminal(answer: (word: string) => string) {
  const folder = mkdtempSync(join(tmpdir(), 'montana-words-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [out, err, dataDir] = ['out', 'err', 'data'].map((name) => join(folder, name)) as [string, string, string]
  const command = `'${process.execPath}' '${MAIN}' init --data-dir '${dataDir}' >'${out}' 2>'${err}'`
  const child = spawn('script', ['-qfec', command, '/dev/null'], { stdio: 'pipe' })
  const { code, shown } = await converse(child, answer)
  const read = (path: string) => readFileSync(path, 'utf8')
  return { code, shown, stdout: read(out), stderr: read(err), hasIdentity: existsSync(join(dataDir, 'identity.bin')) }
}

async function converse(child: ChildProcess, answer: (word: string) => string) {
  let [shown, answered] = ['', 0]
  child.stdout?.on('data', (chunk) => {
    shown += chunk
    const asked = [...shown.matchAll(/Word (\d+): /g)]
    for (const [, place] of asked.slice(answered)) child.stdin?.write(`${answer(wordAt(shown, Number(place)))}\n`)
    answered = asked.length
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, shown }
}

/** From the table ` 1 abandon  2 ability …` on the terminal; the sentence before it speaks of `24 words`. */
function wordAt(shown: string, place: number): string {
  const table = shown.slice(shown.indexOf(':') + 1)
  return new RegExp(`(?:^|\\s)${place} ([a-z]{3,8})(?=\\s)`, 'm').exec(table)?.[1] ?? ''
}

describe.skipIf(!hasScript)('the words of a new identity (needs script of util-linux)', () => {
  it('are shown on the terminal, asked back, and in neither output', async () => {
    const { code, shown, stdout, stderr, hasIdentity } = await initOnTerminal((word) => word)
    expect([code, hasIdentity, stderr]).toEqual([0, true, ''])
    const words = Array.from({ length: 24 }, (_, index) => wordAt(shown, index + 1))
    expect(words.every((word) => word.length >= 3)).toBe(true)
    expect(shown.match(/Word \d+: /g)).toHaveLength(3)
    // One alone may be a label of the output: `address` is a word of the list.
    expect(words.slice(1).filter((word, index) => stdout.includes(`${words[index]} ${word}`))).toEqual([])
  })

  it('make no identity when they were not written down', async () => {
    const { code, stderr, hasIdentity } = await initOnTerminal(() => 'zebra0')
    expect([code, hasIdentity]).toEqual([78, false])
    expect(stderr).toMatch(/^error: the words were not repeated as they are; /)
  })
})
