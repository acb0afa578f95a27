import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AbortError } from '@montana/foundation'
import { beforeEach, describe, expect, it } from 'vitest'
import { runVerb } from '../../src/index.js'
import { MINUTE_MS } from '../support/role-world.js'
import { temporaryFolder } from './bundle.js'
import { ScriptWorld } from './script-world.js'

describe('the guard as a step of a workflow', { timeout: 120_000 }, () => {
  let world: ScriptWorld

  beforeEach(async () => {
    world = await ScriptWorld.open()
  })

  it('renews the permit of the holder and says how much of it is left', async () => {
    const before = await world.record()
    const { code, result } = await world.run('guard', world.ofPrimary)
    expect(code).toBe(0)
    expect(result).toMatchObject({ act: true, epoch: 1 })
    expect(result.permitMsLeft).toBeGreaterThan(29 * MINUTE_MS)
    expect(result.permitMsLeft).toBeLessThanOrEqual(30 * MINUTE_MS)
    expect((await world.record()).renewal).toBe(before.renewal + 1)
    expect(world.printed).not.toContain(world.fenceToken)
  })

  it('keeps what the record says of automatic promotion unless it is told otherwise', async () => {
    await world.rewrite({ autoPromote: false })
    await world.run('guard', world.ofPrimary)
    expect((await world.record()).autoPromote).toBe(false)
    await world.run('guard', { ...world.ofPrimary, MIRROR_AUTO_PROMOTE: 'true' })
    expect((await world.record()).autoPromote).toBe(true)
  })

  it('keeps the gates that it was told of for a promotion, and what the record has where it was told of none', async () => {
    await world.rewrite({ gates: { ADAPTER_MOCK_MODE: 'live' } })
    await world.run('guard', world.ofPrimary)
    expect((await world.record()).gates).toEqual({ ADAPTER_MOCK_MODE: 'live' })
    await world.run('guard', { ...world.ofPrimary, ADAPTER_MOCK_MODE: 'false', ANOTHER: 'x' })
    expect((await world.record()).gates).toEqual({ ADAPTER_MOCK_MODE: 'false' })
    const lost = await world.run('guard', { ...world.ofPrimary, MIRROR_MANIFEST: 'elsewhere.json' })
    expect(lost).toMatchObject({ code: 0 })
    expect(lost.stderr).toContain('elsewhere.json cannot be read')
  })

  it('finds its own id without Actions', async () => {
    const { GITHUB_REPOSITORY_ID: _, ...rest } = world.ofReplica
    await world.promoted()
    expect(await world.run('guard', { ...rest, MIRROR_ROLE: 'TEMPORARY_MASTER' })).toMatchObject({ code: 0 })
  })

  it('says no to every role but those that act, and to one that the fence does not know it by', async () => {
    for (const role of ['SLAVE', '', ' MASTER', 'master', 'PRIMARY']) {
      const answer = await world.run('guard', { ...world.ofPrimary, MIRROR_ROLE: role })
      expect(answer, `role '${role}'`).toMatchObject({ code: 5, result: { act: false, code: 'INERT' } })
    }
    // The fence says that this repository is the primary.
    const other = await world.run('guard', { ...world.ofPrimary, MIRROR_ROLE: 'TEMPORARY_MASTER' })
    expect(other).toMatchObject({ code: 5, result: { act: false, code: 'FENCED' } })
  })

  it('needs no fence where mirroring is off, and then lets the primary alone act', async () => {
    const { MIRROR_FENCE_REPO: _, MIRROR_FENCE_TOKEN: __, ...without } = world.ofPrimary
    const rest = { ...without, MIRROR_ENABLED: 'false' }
    expect(await world.run('guard', rest)).toMatchObject({ code: 0, result: { permitMsLeft: null } })
    expect(await world.run('guard', { ...rest, MIRROR_ROLE: 'TEMPORARY_MASTER' })).toMatchObject({ code: 5 })
  })

  it('says no when it is stopped, also where it would not have had to ask', async () => {
    const { signal } = world.roles
    const stopped = AbortSignal.abort(new AbortError('SIGTERM'))
    const source = await temporaryFolder()
    for (const MIRROR_ENABLED of ['true', 'false']) {
      const guarded = { verb: 'guard', environment: { ...world.ofPrimary, MIRROR_ENABLED }, source }
      expect(await runVerb(guarded, stopped)).toMatchObject({ exitCode: 5, result: { act: false, code: 'FENCED' } })
      expect(await runVerb(guarded, signal)).toMatchObject({ exitCode: 0 })
    }
  })

  it('says no to a fence that is not named, not there, or not willing', async () => {
    const { MIRROR_FENCE_REPO: _, ...unnamed } = world.ofPrimary
    expect(await world.run('guard', unnamed)).toMatchObject({ code: 5 })
    expect(await world.run('guard', { ...world.ofPrimary, MIRROR_FENCE_REPO: 'second/other' })).toMatchObject({
      code: 5,
    })
    world.roles.stand.revokeToken(world.fenceToken)
    expect(await world.run('guard', world.ofPrimary)).toMatchObject({ code: 5 })
    expect(world.printed).not.toContain(world.fenceToken)
  })

  it('names what is missing or wrong, and never its value', async () => {
    const { MIRROR_FENCE_TOKEN: _, ...without } = world.ofPrimary
    const missing = await world.run('guard', without)
    expect(missing).toMatchObject({ code: 78, result: { error: { field: 'MIRROR_FENCE_TOKEN' } } })
    const wrong = await world.run('guard', { ...world.ofPrimary, MIRROR_FENCE_TOKEN: `${world.fenceToken} and more` })
    expect(wrong).toMatchObject({ code: 78, result: { error: { field: 'MIRROR_FENCE_TOKEN' } } })
    expect(world.printed).not.toContain(world.fenceToken)
  })

  it('lets a fenced primary show that it has returned, each time anew', async () => {
    await world.promoted()
    const notices = []
    for (let run = 0; run < 2; run++) {
      const answer = await world.run('guard', world.ofPrimary)
      expect(answer).toMatchObject({ code: 5, result: { code: 'FENCED', epoch: 2, notice: 'written' } })
      notices.push(await (await world.roles.fence()).readReturn(world.roles.signal))
    }
    expect(notices[0]?.head).toMatch(/^[0-9a-f]{40}$/)
    expect(notices[0]?.nonce).not.toBe(notices[1]?.nonce)
  })

  it('takes the next epoch after a promotion that failed, and gives it to the steps that follow', async () => {
    await world.promoted('promoting')
    expect(await world.run('guard', world.ofPrimary)).toMatchObject({ code: 5 })
    await world.rewrite({ state: 'released', renewal: 0 })
    // An operator may have annotated it since.
    await world.rewrite({ holdUntil: '2026-02-08T00:00:00Z' })
    const exported = join(await temporaryFolder(), 'env')
    const answer = await world.run('guard', { ...world.ofPrimary, GITHUB_ENV: exported })
    expect(answer).toMatchObject({ code: 0, result: { act: true, epoch: 3 } })
    expect(await readFile(exported, 'utf8')).toBe('MIRROR_EPOCH=3\n')
    expect(await world.record()).toMatchObject({
      ...{ epoch: 3, state: 'active', role: 'MASTER', holder: world.roles.primary.id, holdUntil: null },
      renewal: 1,
    })
    expect(await world.run('guard', world.ofPrimary)).toMatchObject({ code: 0, result: { epoch: 3 } })
    const replica = { ...world.ofReplica, MIRROR_ROLE: 'TEMPORARY_MASTER' }
    expect(await world.run('guard', replica)).toMatchObject({ code: 5 })
  })

  it('lets one of many runs take the epoch, and all of them act in it', async () => {
    await world.promoted('promoting')
    await world.rewrite({ state: 'released', renewal: 0 })
    const answers = await Promise.all([1, 2].map(() => world.run('guard', world.ofPrimary)))
    expect(answers.map(({ code, result }) => [code, result.epoch])).toEqual([
      [0, 3],
      [0, 3],
    ])
  })

  it('leaves what it released itself to the planned switch', async () => {
    await world.rewrite({ state: 'released' })
    const answer = await world.run('guard', world.ofPrimary)
    expect(answer).toMatchObject({ code: 5, result: { epoch: 1, state: 'released' } })
  })

  it('names what to set, and by what', async () => {
    const { MIRROR_FENCE_REPO: _, ...unnamed } = world.ofPrimary
    const { stderr } = await world.run('guard', unnamed)
    expect(stderr).toContain('MIRROR_FENCE_REPO')
    expect(stderr).toContain('montana mirror sentinel install')
    const { MIRROR_FENCE_TOKEN: __, ...without } = world.ofPrimary
    expect((await world.run('guard', without)).stderr).toContain('montana mirror sentinel install')
  })

  it('lets the check of a promotion pass, and nothing else, while it waits for its proof', async () => {
    const { nonce } = await world.promoted('promoting')
    const environment = { ...world.ofReplica, MIRROR_ROLE: 'TEMPORARY_MASTER' }
    expect(await world.run('guard', environment)).toMatchObject({ code: 5 })
    expect(await world.run('guard', { ...environment, MIRROR_NONCE: 'another-nonce' })).toMatchObject({ code: 5 })
    expect(await world.run('guard', { ...environment, MIRROR_NONCE: nonce })).toMatchObject({ code: 0 })
  })
})
