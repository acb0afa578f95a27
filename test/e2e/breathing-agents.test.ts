import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLoopback, Group, HOSTS, MACHINES } from '@montana/trials'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Spec three-mirror 1.3, F10: every write is on every reachable host. */
const SYNC_MS = 12_000
const START_MS = 30_000
const TIMEOUT_MS = 90_000
const USERS = join('data', 'users.json')

describe('breathing without a hub, over the node channel of five agents', () => {
  let dir: string
  let group: Group

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'montana-breathing-'))
    group = await Group.create(dir, createLoopback(MACHINES, (process.pid % 250) + 1))
    group.start()
    expect(await group.leader('serve', START_MS)).toBeDefined()
    for (const host of HOSTS) {
      mkdirSync(join(group.layout.breathRepo(host), 'data'), { recursive: true })
      execFileSync('git', ['-C', group.layout.breathRepo(host), 'init', '--quiet'])
      group.breathing(host).start()
    }
    await untilAttached()
  }, TIMEOUT_MS)

  afterAll(async () => {
    await group?.close()
    rmSync(dir, { recursive: true, force: true })
  }, TIMEOUT_MS)

  async function untilAttached(): Promise<void> {
    const logs = () => HOSTS.map((host) => readFileSync(group.layout.log(host), 'utf8'))
    await until(() => logs().every((text) => text.includes('breathing attached')), START_MS)
  }

  async function until(condition: () => boolean, timeoutMs: number): Promise<number> {
    const startMs = Date.now()
    while (!condition()) {
      if (Date.now() - startMs > timeoutMs) throw new Error(`not within ${timeoutMs} ms`)
      await sleep(20)
    }
    return Date.now() - startMs
  }

  function users(host: string): Record<string, unknown> {
    try {
      return JSON.parse(readFileSync(join(group.layout.breathRepo(host), USERS), 'utf8'))
    } catch {
      return {}
    }
  }

  function write(host: string, id: string): void {
    const value = { ...users(host), [id]: { username: id, authorized: true } }
    writeFileSync(join(group.layout.breathRepo(host), USERS), JSON.stringify(value))
  }

  it(
    'brings what each host writes to all others',
    async () => {
      for (const host of HOSTS) {
        write(host, host)
        expect(await until(() => HOSTS.every((other) => host in users(other)), SYNC_MS)).toBeLessThan(SYNC_MS)
      }
      for (const host of HOSTS) expect(Object.keys(users(host)).sort()).toEqual([...HOSTS].sort())
    },
    TIMEOUT_MS,
  )

  it(
    'brings a host up to date that was dead while the others wrote',
    async () => {
      const leader = await group.leader('serve', START_MS)
      const dead = HOSTS.find((host) => host !== leader) ?? ''
      const writer = HOSTS.find((host) => host !== leader && host !== dead) ?? ''
      await group.killHost(dead)
      write(writer, 'meanwhile')
      await sleep(2_000)
      group.host(dead).start()
      group.breathing(dead).start()
      await until(() => 'meanwhile' in users(dead), SYNC_MS + START_MS)
    },
    TIMEOUT_MS,
  )
})
