import { spawnSync } from 'node:child_process'
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { isLong } from '../../../test/support/long-it.js'
import { DocumentStore, MANIFEST_KIND, sharedFiles } from '../src/index.js'
import { documentBytes, manifestOf, signAll } from './manifest-support.js'
import { DAY_MS, type Fleet, fleetOf, folderOfAll, verify } from './support.js'

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'dist', 'main.js')
/** What a run does for each of its files: content, name, folder. The test command kills at each change of a name. */
const STEPS = isLong ? ['fdatasync', 'rename', 'fsync'] : ['rename']
/** The previous, the current, the mark of the highest, and the record of the run. */
const FILES = 4
/** One thread for files, or each would count its calls by itself. */
const ENVIRONMENT = { PATH: process.env.PATH ?? '', UV_THREADPOOL_SIZE: '1' }

let fleet: Fleet
let folder: string

beforeAll(async () => {
  fleet = await fleetOf(3, 2)
  folder = await folderOfAll()
  await writeFile(join(folder, 'operators.json'), fleet.trustText)
  for (const version of [1, 2]) {
    const dates = {
      issued_at: new Date(Date.now()).toISOString(),
      not_after: new Date(Date.now() + 90 * DAY_MS).toISOString(),
    }
    const document = await signAll(await manifestOf({ version, ...dates }), fleet)
    for (const copy of ['a', 'b']) await writeFile(join(folder, `v${version}${copy}.json`), documentBytes(document))
  }
  expect(sync(join(folder, 'begun'), 1).status).toBe(0)
  return () => rm(folder, { recursive: true, force: true })
}, 60_000)

/** The real command, in a process of its own, under `tracer` where one is given. */
function sync(state: string, version: number, tracer: readonly string[] = []) {
  const sources = ['a', 'b'].flatMap((copy) => ['--source', join(folder, `v${version}${copy}.json`)])
  const args = ['manifest', 'sync', '--operators', join(folder, 'operators.json'), '--state', state, ...sources]
  const [command = process.execPath, ...rest] = [...tracer, process.execPath, MAIN, ...args]
  return spawnSync(command, rest, { encoding: 'utf8', env: ENVIRONMENT })
}

/** The version-2 run, killed when it enters its n-th call of `step`. False: it made fewer calls, and ended well. */
function killedAt(state: string, step: string, call: number): boolean {
  const inject = `inject=${step}:signal=KILL:when=${call}`
  const { status, signal, stderr } = sync(state, 2, ['strace', '-f', '-qq', '-o', '/dev/null', '-e', inject])
  if (signal === 'SIGKILL') return true
  expect([status, stderr]).toEqual([0, ''])
  return false
}

async function begun(): Promise<string> {
  const state = join(folder, 'state')
  await rm(state, { recursive: true, force: true })
  await mkdir(state)
  await cp(join(folder, 'begun'), state, { recursive: true })
  return state
}

/** The version in force, by the rules of a host that opens the folder after the crash. */
async function versionIn(stateDir: string): Promise<number | undefined> {
  const modules = { trust: fleet.trust, verify }
  const store = await DocumentStore.open({ kind: MANIFEST_KIND, stateDir, modules, files: sharedFiles('manifest') })
  return store.current?.document.version
}

it('killed at any step, a sync leaves one good manifest, and the next run goes on from there', async () => {
  for (const step of STEPS) {
    const left: (number | undefined)[] = []
    for (let call = 1, state = await begun(); killedAt(state, step, call); call++, state = await begun()) {
      left.push(await versionIn(state))
      expect(sync(state, 2).status).toBe(0)
      expect(await versionIn(state)).toBe(2)
      expect((await readdir(state)).filter((name) => name.includes('equivocation'))).toEqual([])
    }
    expect([step, left.length]).toEqual([step, FILES])
    // Until the new one has its name the old one is in force, and afterwards the new one is.
    expect([step, left[0], left.at(-1)]).toEqual([step, 1, 2])
    expect(left).toEqual(left.toSorted())
  }
}, 600_000)
