import { describe, expect, it } from 'vitest'
import { git, USERS, World } from './support/hosts.js'

describe('two hosts and a hub', () => {
  it('carry a write over', async () => {
    await using world = new World()
    const [a, b] = [world.host('amsterdam'), world.host('moscow')]
    world.write('amsterdam', USERS, { 1: { name: 'Ann', paused: false } })
    expect(await a.breathe()).toEqual({ inhale: true, exhale: true })
    expect(await b.breathe()).toEqual({ inhale: true, exhale: true })
    expect(world.read('moscow', USERS)).toEqual({ 1: { name: 'Ann', paused: false } })
    const t0 = performance.now()
    const ack = await b.update(USERS, (v) => ({ ...(v as object), 2: { name: 'Bob' } }))
    await a.breathe()
    expect(world.read('amsterdam', USERS)).toEqual({ 1: { name: 'Ann', paused: false }, 2: { name: 'Bob' } })
  })
})
