import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MirrorConfig } from '../../src/contracts/config.js'
import { recoverySchema } from '../../src/http/schema/index.js'
import { git } from '../push/support/repositories.js'
import { get, post } from './send.js'
import { HttpWorld } from './world.js'

const CONFIRM = 'second/continuity'
const MAIN = 'refs/heads/main'
const WORKFLOW = '.github/workflows/test.yml'
let world: HttpWorld

beforeAll(async () => {
  world = await HttpWorld.open()
  await world.sync()
}, 120_000)
afterAll(() => world?.close())

function commit(message: string, files: Readonly<Record<string, string>> = {}): string {
  for (const [path, text] of Object.entries({ 'edit.txt': `${message}\n`, ...files })) {
    mkdirSync(dirname(join(world.source, path)), { recursive: true })
    writeFileSync(join(world.source, path), text)
  }
  git(world.source, 'add', '--all')
  git(world.source, 'commit', '--quiet', '-m', message)
  return tip(world.source)
}

/** Somebody else's commits on the main branch of a target. */
function foreign(folder: string, count = 1): string {
  let last = tip(folder)
  for (let at = 0; at < count; at++)
    last = git(folder, 'commit-tree', '-p', last, '-m', `Foreign ${at}`, `${last}^{tree}`).trim()
  git(folder, 'update-ref', MAIN, last)
  return last
}

function tip(folder: string): string {
  return git(folder, 'rev-parse', 'main').trim()
}

function rescued(folder: string): string[] {
  return git(folder, 'for-each-ref', '--format=%(objectname)', 'refs/heads/rescue').split('\n').filter(Boolean)
}

async function work(): Promise<void> {
  await world.mirror.sync(AbortSignal.timeout(60_000))
}

/** Queues the code layer by hand and works it off. */
async function sync(id: string): Promise<void> {
  await post(world, `/api/mirrors/${id}/sync`, { layers: ['code'] })
  await work()
}

async function look(id: string) {
  const { status, json } = await post(world, `/api/mirrors/${id}/recovery`, {})
  expect(status, JSON.stringify(json)).toBe(200)
  return recoverySchema.parse(json)
}

async function keep(id: string, tips: readonly { ref: string; tip: string }[], more = {}) {
  const expectedEpoch = await world.epoch()
  const confirm = id === 'archive' ? 'archive' : CONFIRM
  return await post(world, `/api/mirrors/${id}/rescue/keep`, {
    ...{ reason: 'looked at', expectedEpoch, dryRun: false, confirm, tips },
    ...more,
  })
}

/** As a console that was started with another configuration. */
function configure(change: (config: MirrorConfig) => MirrorConfig): void {
  const { parts } = world.mirror
  const config = change(parts.config)
  const targets = parts.targets.map((reached) => {
    const target = config.targets.find(({ name }) => name === reached.target.name)
    return { ...reached, ...(target && { target }) } as typeof reached
  })
  world.mirror.adopt({ ...parts, config, targets })
}

describe('a target with work of its own', { timeout: 120_000 }, () => {
  it('is shown with both histories, bounded, and without a word of the source brought along', async () => {
    const theirs = foreign(world.archive, 60)
    const ours = commit('Ours')
    await sync('archive')
    const found = await look('archive')
    expect(found).toMatchObject({ id: 'archive', kind: 'target', leftOut: 0, same: 0 })
    const [main] = found.refs
    expect(main).toMatchObject({ ref: MAIN, primary: ours, replica: theirs, merge: null })
    expect(main?.rescue).toEqual({ action: 'rescue-replica', preserve: theirs, conflicts: [] })
    expect(main?.onlyPrimary).toMatchObject({ count: 1, commits: [{ id: ours, subject: 'Ours' }] })
    expect(main?.onlyReplica).toMatchObject({ tip: theirs, count: 60 })
    expect(main?.onlyReplica.commits).toHaveLength(50)
    expect(main?.onlyReplica.commits[0]).toMatchObject({ subject: 'Foreign 59', author: expect.any(String) })
    expect(() => git(world.source, 'cat-file', '-e', theirs)).toThrow()
  })

  it('changes nothing by a dry run, and nothing for a tip that is not there or without the typed name', async () => {
    const before = tip(world.archive)
    const seen = { ref: MAIN, tip: before }
    const dry = await keep('archive', [seen], { dryRun: true })
    expect(dry.json).toMatchObject({
      outcome: 'shown',
      conditions: expect.arrayContaining([{ name: 'tips', met: true, why: expect.any(String) }]),
    })
    expect((await keep('archive', [seen], { confirm: 'backup' })).status).toBe(422)
    expect((await keep('archive', [seen], { expectedEpoch: 9 })).status).toBe(409)
    const moved = await keep('archive', [{ ref: MAIN, tip: 'f'.repeat(40) }])
    expect(moved).toMatchObject({ status: 409, json: { error: { code: 'PRECONDITION' } } })
    await sync('archive')
    expect(tip(world.archive)).toBe(before)
    expect(rescued(world.archive)).toEqual([])
  })

  it('keeps a tip that moves after the confirmation where it is', async () => {
    expect((await keep('archive', [{ ref: MAIN, tip: tip(world.archive) }])).status).toBe(202)
    const later = foreign(world.archive)
    await work()
    expect(tip(world.archive)).toBe(later)
    expect(rescued(world.archive)).toEqual([])
  })

  it('keeps the tip by a rescue ref, then follows; the audit says who and why', async () => {
    const theirs = tip(world.archive)
    expect((await keep('archive', [{ ref: MAIN, tip: theirs }])).status).toBe(202)
    await work()
    expect(tip(world.archive)).toBe(tip(world.source))
    expect(rescued(world.archive)).toEqual([theirs])
    const [last] = world.mirror.parts.store.audit.latest(1)
    expect(last).toMatchObject({ action: 'keep by rescue refs', reason: 'looked at' })
  })

  it('was asked for once: the next divergence is refused again', async () => {
    const theirs = foreign(world.archive)
    commit('Later')
    await sync('archive')
    expect(tip(world.archive)).toBe(theirs)
  })
})

describe('a push that changes workflows', { timeout: 120_000 }, () => {
  const approval = async () => {
    const { json } = await get(world, '/api/mirrors')
    return (json as { mirrors: { id: string; approval: unknown }[] }).mirrors.find(({ id }) => id === 'backup')
      ?.approval
  }

  it('waits until its tip is approved, and carries nothing before', async () => {
    configure((config) => ({
      ...config,
      targets: config.targets.map((target) =>
        target.type === 'github' ? { ...target, workflowPaths: 'approve' as const } : target,
      ),
    }))
    const plain = commit('No workflow')
    await sync('backup')
    expect(tip(world.replica.path)).toBe(plain)
    const text = readFileSync(join(world.source, WORKFLOW), 'utf8')
    const changed = commit('A workflow', { [WORKFLOW]: `${text}# changed\n` })
    await sync('backup')
    expect(tip(world.replica.path)).toBe(plain)
    expect(await approval()).toEqual({ refs: [{ ref: MAIN, tip: changed }], paths: [WORKFLOW] })
    const body = { reason: 'read', expectedEpoch: await world.epoch(), tip: changed, confirm: CONFIRM }
    expect((await post(world, '/api/mirrors/backup/approve', { ...body, tip: plain })).status).toBe(409)
    expect((await post(world, '/api/mirrors/backup/approve', body)).status).toBe(202)
    await work()
    expect(tip(world.replica.path)).toBe(changed)
    expect(await approval()).toBeNull()
  })

  it('holds a new branch that brings other workflows, and lets one go whose workflows run there already', async () => {
    git(world.source, 'branch', 'same')
    await sync('backup')
    expect(git(world.replica.path, 'rev-parse', 'same').trim()).toBe(tip(world.source))
    git(world.source, 'switch', '--quiet', '-c', 'other')
    commit('Another workflow', { '.github/workflows/new.yml': 'on: push\n' })
    git(world.source, 'switch', '--quiet', 'main')
    await sync('backup')
    expect(await approval()).toMatchObject({ paths: ['.github/workflows/new.yml'] })
    expect(() => git(world.replica.path, 'rev-parse', '--verify', 'other')).toThrow()
  })
})
