import type { PeerSnapshot } from '@montana/network'
import { expect, it } from 'vitest'
import { wantsSnapshot } from '../../src/sync/choice.js'

const peer = (window: number, oldestWindow: number, snapshotWindow: number) => {
  return { connections: 1, status: { window, oldestWindow, snapshotWindow } } as unknown as PeerSnapshot
}

it('one peer alone cannot make a node that follows take a snapshot', () => {
  const honest = [peer(100, 1, 0), peer(100, 1, 0), peer(100, 1, 0)]
  const liar = peer(102, 200, 5_000)
  const gap = { head: 100, target: 100, windowsPerSecond: undefined }
  expect(wantsSnapshot(gap, { sync: 'auto', snapshotGap: 'auto' }, [...honest, liar], undefined)).toBe(false)
})
