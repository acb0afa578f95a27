import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pushCode } from '../../src/push/push.js'
import { configHash, git, refsOf, Workshop } from './support/repositories.js'
import { requestFor, TARGET, WALL_MS } from './support/request.js'

const MIRROR = join(import.meta.dirname, '../../dist/index.js')

let shop: Workshop
let config: string

beforeEach(() => {
  shop = new Workshop()
  config = configHash(shop.source)
})

afterEach(() => shop.remove())

/** A process of its own that pushes, and is killed while the target holds the push in a hook. */
async function killInMidPush(onDiverge: 'refuse' | 'rescue'): Promise<void> {
  const target = { ...TARGET, onDiverge }
  const program = `
    const { createGitAccess, pushCode } = await import(${JSON.stringify(MIRROR)})
    const access = await createGitAccess({ url: ${JSON.stringify(shop.target)}, username: '', credential: { kind: 'none' }, caFile: null })
    await pushCode({ source: ${JSON.stringify(shop.source)}, target: ${JSON.stringify(target)}, access, pushed: new Map(),
      reset: { mode: 'isolated', accepted: new Map() },
      wallMs: ${WALL_MS}, signal: AbortSignal.timeout(60000) })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' })
  const closed = once(child, 'close')
  const started = join(shop.folder, 'started')
  while (!existsSync(started) && child.exitCode === null) await wait(10)
  expect(child.exitCode).toBeNull()
  child.kill('SIGKILL')
  await closed
}

describe('scenario 7: kill -9 in mid-push', () => {
  it.each(['refuse', 'rescue'] as const)('the next push finds its way, and nothing is half (%s)', async (onDiverge) => {
    await pushCode(await requestFor(shop))
    const theirs = onDiverge === 'rescue' ? shop.foreignCommit('theirs') : null
    const ours = shop.commit('ours')
    const other = shop.commit('other', 'other')
    shop.hook('pre-receive', `touch ${shop.folder}/started; sleep 1`)
    await killInMidPush(onDiverge)
    expect(git(shop.target, 'fsck', '--no-dangling')).toBe('')
    const report = await pushCode(await requestFor(shop, { target: { onDiverge } }))
    expect(report.refs.every(({ outcome }) => outcome !== 'diverged' && outcome !== 'rejected')).toBe(true)
    const refs = refsOf(shop.target)
    expect(refs).toMatchObject({ 'refs/heads/main': ours, 'refs/heads/other': other })
    const rescued = Object.keys(refs).filter((ref) => ref.startsWith('refs/heads/rescue/'))
    expect(rescued.map((ref) => refs[ref])).toEqual(theirs === null ? [] : [theirs])
    expect(configHash(shop.source)).toBe(config)
  })
})
