import type { FenceRecord } from '../../../src/contracts/fence.js'

export function record(part: Partial<FenceRecord> = {}): FenceRecord {
  return {
    schema: 1,
    epoch: 1,
    state: 'active',
    holder: 'github:1',
    role: 'MASTER',
    autoPromote: true,
    permitMinutes: 30,
    renewal: 0,
    renewedAt: '2026-02-07T05:00:00.000Z',
    holdUntil: null,
    return: 'auto',
    tips: {},
    gates: {},
    actor: 'tick',
    reason: 'renewal',
    nonce: 'n',
    paused: false,
    ...part,
  }
}
