import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createNamespaces, hasNamespaces } from '@montana/netns'
import { describe, expect, it } from 'vitest'

describe('createNamespaces', () => {
  it.skipIf(!hasNamespaces())('removes what processes have left that were killed, a probe too', async () => {
    const { pid } = spawnSync('true')
    const left = [`mtprobe${pid}`, `mt${pid}-ada`, `mt${pid}a-ada`]
    for (const name of left) execFileSync('ip', ['netns', 'add', name])
    const network = createNamespaces(['one'], `${process.pid}`)
    try {
      expect(readdirSync('/run/netns').filter((name) => left.includes(name))).toEqual([])
    } finally {
      await network.close()
      for (const name of left) spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' })
    }
  })
})
