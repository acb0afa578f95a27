import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createNamespaces, Group, HOSTS, hasNamespaces, MACHINES } from '@montana/trials'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { burn } from './support/burn.js'

const CORES = 2
const LOSS_PERCENT = 5
/** A minute per change; ten, as the promise says, in the long run. */
const LOSS_MS = (process.env.MONTANA_LONG ? 600 : 60) * 1_000
const PATIENCE_MS = 20_000
const TIMEOUT_MS = 90_000
const WITHOUT = 'needs network namespaces: root, iproute2, nftables'

// A file of its own, run alone: nothing beside it could keep a promise of milliseconds.
describe.skipIf(!hasNamespaces())(`five real hosts on a lossy network and a busy machine (${WITHOUT})`, () => {
  let dir: string
  let group: Group

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'montana-busy-'))
    group = await Group.create(dir, createNamespaces(MACHINES, `${process.pid}b`))
    group.start()
    await group.leader('serve', PATIENCE_MS)
    await group.eligible(HOSTS, PATIENCE_MS)
  }, TIMEOUT_MS)

  afterAll(async () => {
    await group?.close()
    rmSync(dir, { recursive: true, force: true })
  }, TIMEOUT_MS)

  it(
    `do not move in ${LOSS_MS / 60_000} min of ${LOSS_PERCENT} % loss with both cores busy`,
    async () => {
      const host = await group.leader('serve', PATIENCE_MS)
      const before = group.roles.tenures().length
      const stop = burn(CORES)
      group.network.setLoss(LOSS_PERCENT)
      await sleep(LOSS_MS)
      stop()
      expect(await group.leader('serve', PATIENCE_MS)).toBe(host)
      expect(group.roles.tenures()).toHaveLength(before)
    },
    LOSS_MS + TIMEOUT_MS,
  )
})
