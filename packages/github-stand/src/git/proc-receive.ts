// Runs as git's hook: looks at the commits of each pushed ref and refuses those that touch workflow files.
// Imports nothing of ours, so that it also runs from its source.
import { execFileSync } from 'node:child_process'
import { readSync, writeSync } from 'node:fs'

const STDIN = 0
const STDOUT = 1
/** Hexadecimal length in front of each line; it counts itself. */
const LENGTH_CHARS = 4
const FLUSH = '0000'
const IS_DELETION = /^0+$/
const FOLDER = '.github/workflows'

function readExactly(length: number): string {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; ) {
    const count = readSync(STDIN, bytes, at, length - at, null)
    if (count === 0) throw new Error('git ended in the middle of a line')
    at += count
  }
  return bytes.toString('utf8')
}

/** Lines up to a flush. */
function readLines(): string[] {
  const lines: string[] = []
  for (;;) {
    const length = Number.parseInt(readExactly(LENGTH_CHARS), 16)
    if (length === 0) return lines
    lines.push(readExactly(length - LENGTH_CHARS).trimEnd())
  }
}

function writeLines(lines: readonly string[]): void {
  const framed = lines.map((line) => {
    const length = Buffer.byteLength(line) + LENGTH_CHARS
    return length.toString(16).padStart(LENGTH_CHARS, '0') + line
  })
  writeSync(STDOUT, framed.join('') + FLUSH)
}

/** A workflow file that a commit touches which no ref of the repository has yet. */
function touchedWorkflow(tip: string): string | undefined {
  const args = ['log', '--format=', '--name-only', '--diff-merges=first-parent', tip, '--not', '--all', '--', FOLDER]
  return execFileSync('git', args, { encoding: 'utf8' }).split('\n')[0] || undefined
}

interface Command {
  readonly ref: string
  /** The workflow file for which it is refused. */
  readonly file: string | undefined
}

function inspect(line: string): Command {
  const [, tip = '', ref = ''] = line.split(' ')
  return { ref, file: IS_DELETION.test(tip) ? undefined : touchedWorkflow(tip) }
}

function judge(commands: readonly Command[], isAtomic: boolean): string[] {
  const isHeld = isAtomic && commands.some(({ file }) => file !== undefined)
  const { GITHUB_STAND_CREDENTIAL: credential, GITHUB_STAND_NEEDED: needed } = process.env
  return commands.flatMap(({ ref, file }) => {
    if (file !== undefined) {
      return [`ng ${ref} refusing to allow ${credential} to create or update workflow \`${file}\` without ${needed}`]
    }
    // What git says of the others itself; else it moves what is left to it.
    return isHeld ? [`ng ${ref} atomic push failure`] : [`ok ${ref}`, 'option fall-through']
  })
}

const isAtomic = readLines().some((line) => /\batomic\b/.test(line))
writeLines(['version=1\0'])
writeLines(judge(readLines().map(inspect), isAtomic))
