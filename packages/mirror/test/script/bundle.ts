import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'

const AUTHOR = ['-c', 'user.name=operator', '-c', 'user.email=operator@continuity.invalid']
const SCRIPT = '.github/montana/sentinel.mjs'
const PACKAGE = join(import.meta.dirname, '..', '..')
export const BUNDLE = join(PACKAGE, 'dist', 'sentinel.mjs')

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'montana-script-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A second build, elsewhere and called from there. */
export async function buildInto(folder: string): Promise<Ended> {
  return await runNode([join(PACKAGE, 'build-script.mjs'), folder], folder, process.env)
}

/** A checkout that holds the script, the manifest, and a `node_modules` with nothing in it. */
export async function checkout(manifest: string): Promise<string> {
  const folder = await temporaryFolder()
  await mkdir(join(folder, '.github', 'montana'), { recursive: true })
  await mkdir(join(folder, 'node_modules'))
  await writeFile(join(folder, '.github', 'montana', 'sentinel.mjs'), await readFile(BUNDLE))
  await writeFile(join(folder, 'montana.mirror.json'), manifest)
  for (const args of [
    ['init', '--quiet'],
    ['add', '.'],
    [...AUTHOR, 'commit', '--quiet', '-m', 'The service'],
  ])
    await promisify(execFile)('git', args, { cwd: folder })
  return folder
}

/** As a step of a workflow runs it: its environment and nothing else of this process. */
export async function runScript(folder: string, verb: string, environment: Record<string, string>): Promise<Ended> {
  return await runNode([SCRIPT, verb], folder, { ...inherited(), ...environment })
}

export function startScript(folder: string, verb: string, environment: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [SCRIPT, verb], { cwd: folder, env: { ...inherited(), ...environment } })
}

function inherited(): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env
  return { PATH, HOME }
}

async function runNode(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  return await new Promise((resolve) => {
    execFile(process.execPath, [...args], { cwd, env, timeout: 60_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, stdout, stderr })
    })
  })
}
