import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readTold, type ToldFigure } from './told.js'

export interface Measured {
  readonly exitCode: number
  readonly told: ToldFigure[]
}

/** Runs an npm command of a goal, its output on stderr, and gathers what its tests tell. */
export async function measure(command: string, cwd: string): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'montana-figures-'))
  const file = join(folder, 'told.jsonl')
  try {
    writeFileSync(file, '')
    const exitCode = await run(command, cwd, { ...process.env, MONTANA_FIGURES: file })
    return { exitCode, told: exitCode === 0 ? readTold(readFileSync(file, 'utf8')) : [] }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function run(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<number> {
  const [program = '', ...args] = command.split(' ')
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 2, 2] })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
