import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createWorkflowRunner } from '@montana/github-stand/runner'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { RefStore } from '../../src/fence/ref-store.js'
import { DOCUMENT_BYTES_MAX, documentText, parseDocument } from '../../src/sentinel/document.js'
import { sentinelScript } from '../../src/workflows/sentinel-script.js'
import { SENTINEL_SCRIPT } from '../../src/workflows/sentinel-workflow.js'
import { MINUTE_MS } from '../support/role-world.js'
import { ScriptWorld } from './script-world.js'

/** Longer than the staleness. */
const SILENCE_MS = 200 * MINUTE_MS

const permissions = {
  contents: 'write',
  workflows: 'write',
  variables: 'write',
  secrets: 'write',
  actions: 'write',
} as const

describe('the watch as a step of a workflow', { timeout: 120_000 }, () => {
  let world: ScriptWorld

  beforeEach(async () => {
    world = await ScriptWorld.open()
  })

  async function memory() {
    const git = await world.roles.git(world.roles.replica, 'memory')
    return new RefStore(git, { ref: 'refs/montana/sentinel', file: 'sentinel.json', bytesMax: DOCUMENT_BYTES_MAX })
  }

  /** As if all that was seen had been seen earlier, and looked at since. */
  async function age(byMs: number) {
    const store = await memory()
    const entry = await store.read(world.roles.signal)
    const document = parseDocument(entry?.text ?? '')
    if (document.memory === null) throw new Error('nothing is remembered')
    const older = (key: string, value: unknown) =>
      /^(firstSeenMs|atMs)$/.test(key) && typeof value === 'number' ? value - byMs : value
    const aged = JSON.parse(JSON.stringify(document.memory, older))
    await store.swap(entry, documentText({ ...document, memory: aged }), world.roles.signal)
  }

  it('finds a primary healthy, remembers it on the replica, and shows the count', async () => {
    expect(await world.run('watch', world.ofReplica)).toMatchObject({ code: 0, result: { verdict: 'healthy' } })
    expect(await (await memory()).read(world.roles.signal)).not.toBeNull()
    expect(world.roles.replica.repository.variables.get('SENTINEL_FAILURES')).toBe('0')
  })

  it('finds it unhealthy after the silence, and counts', async () => {
    await world.run('watch', world.ofReplica)
    await age(SILENCE_MS)
    const answer = await world.run('watch', world.ofReplica)
    expect(answer).toMatchObject({ code: 6, result: { verdict: 'unhealthy', decision: 'wait', promotion: null } })
    expect(world.roles.replica.repository.variables.get('SENTINEL_FAILURES')).toBe('1')
    expect((await world.record()).epoch).toBe(1)
  })

  it('knows nothing with a token that may not write, or that is refused', async () => {
    const { stand } = world.roles
    const reader = stand.createToken({ account: 'second', permissions: { contents: 'write', variables: 'read' } })
    const weak = await world.run('watch', { ...world.ofReplica, MIRROR_SENTINEL_TOKEN: reader })
    expect(weak).toMatchObject({ code: 7, result: { verdict: 'unknown', error: { code: 'TARGET_FORBIDDEN' } } })
    stand.revokeToken(world.sentinelToken)
    const refused = await world.run('watch', world.ofReplica)
    expect(refused).toMatchObject({ code: 7, result: { verdict: 'unknown' } })
    expect(refused.stderr).toContain('MIRROR_SENTINEL_TOKEN')
    for (const token of [reader, world.sentinelToken]) expect(world.printed).not.toContain(token)
  })

  it('wants a token of its own, and a manifest', async () => {
    const { MIRROR_SENTINEL_TOKEN: _, ...without } = world.ofReplica
    const answer = await world.run('watch', without)
    expect(answer).toMatchObject({ code: 78, result: { error: { field: 'MIRROR_SENTINEL_TOKEN' } } })
    const lost = await world.run('watch', { ...world.ofReplica, MIRROR_MANIFEST: 'elsewhere.json' })
    expect(lost).toMatchObject({ code: 78, result: { error: { field: 'MIRROR_MANIFEST' } } })
  })

  it('takes an App instead of a token', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = (key: KeyObject, type: 'spki' | 'pkcs8') =>
      key.export({ type: type as 'spki', format: 'pem' }).toString()
    const appId = world.roles.stand.createApp({ slug: 'sentinel', publicKey: pem(publicKey, 'spki'), permissions })
    world.roles.stand.installApp({ appId, account: 'second' })
    const { MIRROR_SENTINEL_TOKEN: _, ...without } = world.ofReplica
    const key = pem(privateKey, 'pkcs8')
    const app = { MIRROR_SENTINEL_APP_ID: String(appId), MIRROR_SENTINEL_APP_KEY: key }
    expect(await world.run('watch', { ...without, ...app })).toMatchObject({ code: 0, result: { verdict: 'healthy' } })
    expect(world.printed).not.toContain(key.split('\n')[1])
  })

  it('runs in its workflow, on the checkout and the environment that a runner gives it', async () => {
    const { stand, replica } = world.roles
    const { repository } = replica
    await repository.commit({ files: { [SENTINEL_SCRIPT]: sentinelScript() } })
    repository.setVariable('MASTER_REPO', 'first/continuity')
    repository.setSecret('MIRROR_SENTINEL_TOKEN', world.sentinelToken)
    world.roles.check = null
    const runner = await createWorkflowRunner({ stand, repository: repository.id })
    onTestFinished(() => runner.close())
    const [outcome] = await runner.trigger('schedule', { workflow: 'sentinel.yml' })
    expect(outcome).toMatchObject({ conclusion: 'success' })
    expect(outcome?.jobs[0]?.steps.at(-1)?.output).toContain('"verdict":"healthy"')
    stand.revokeToken(world.sentinelToken)
    const [red] = await runner.trigger('schedule', { workflow: 'sentinel.yml' })
    expect(red?.jobs[0]?.steps.at(-1)).toMatchObject({ conclusion: 'failure', exitCode: 7 })
  })

  it('contacts nobody when mirroring is off', async () => {
    world.roles.stand.requests.clear()
    expect(await world.run('watch', { ...world.ofReplica, MIRROR_ENABLED: 'false' })).toMatchObject({ code: 5 })
    expect(world.roles.stand.requests.lines()).toEqual([])
  })

  it('as temporary primary hears of the return from the guard of the fenced primary', async () => {
    await world.promoted()
    await world.run('guard', world.ofPrimary)
    const answer = await world.run('watch', { ...world.ofReplica, MIRROR_RECOVERY_OBSERVATIONS: '1' })
    expect(answer).toMatchObject({ code: 0, result: { role: 'TEMPORARY_MASTER', decision: 'wait' } })
    expect(answer.result.explanation).toContain('1 of 1 signs')
  })
})
