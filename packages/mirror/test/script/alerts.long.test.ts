import { beforeEach, describe, expect, it } from 'vitest'
import { receiver } from '../alerts/receiver.js'
import { ScriptWorld } from './script-world.js'

describe('alerts of the script', () => {
  let world: ScriptWorld

  beforeEach(async () => {
    world = await ScriptWorld.open()
  })

  it('reach the webhook from a guard that finds itself fenced, and not with each run', async () => {
    await world.promoted()
    const { url, bodies } = await receiver(204)
    const environment = { ...world.ofPrimary, MIRROR_ALERT_WEBHOOK: url }
    for (let run = 0; run < 2; run++)
      expect(await world.run('guard', environment)).toMatchObject({ code: 5, result: { notice: 'written' } })
    expect(bodies()).toMatchObject([{ code: 'FENCED', epoch: 2, repository: 'first/continuity', mirror: null }])
    expect(world.printed).not.toContain('hook-secret')
  })

  it('reach it from the watch; one that is not taken changes nothing of the run, and its address is not shown', async () => {
    const { replica } = world.roles
    const { url, bodies, close } = await receiver(204)
    const demoted = async () => {
      replica.repository.setVariable('MIRROR_ROLE', 'TEMPORARY_MASTER')
      return await world.run('watch', { ...world.ofReplica, MIRROR_ALERT_WEBHOOK: url })
    }
    expect(await demoted()).toMatchObject({ code: 0, result: { decision: 'demoted', role: 'SLAVE' } })
    expect(bodies()).toMatchObject([{ code: 'DEMOTED', epoch: 1, repository: 'second/continuity' }])
    await close()
    const answer = await demoted()
    expect(answer).toMatchObject({ code: 0, result: { decision: 'demoted' } })
    expect(answer.stderr).toContain('an alert was not told: DEMOTED: ECONNREFUSED')
    for (const part of ['hook-secret', new URL(url).port]) expect(world.printed).not.toContain(part)
  })
})
