import { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { type Machine, machineNotes } from '../machine.js'
import { WITH_SIGNATURES } from './names.js'
import { PROOF_D } from './proof-rows.js'
import { ENGINE_TARGET, REFERENCE_RATE } from './ratios.js'
import { DEVNET_D } from './replay-rows.js'

/** Linux's number for a file system that lives in memory. */
const TMPFS_MAGIC = 0x01021994

export function consensusNotes(host: Machine, rounds: number, signatures: number): string[] {
  const million = (steps: number) => `${steps / 1e6} M`
  return [
    `replay: from stored bytes to cemented windows, four signers, rules rotation and vote, policy quorum; target ${ENGINE_TARGET}, reference about ${REFERENCE_RATE} windows/s`,
    `${WITH_SIGNATURES}: ${signatures} ML-DSA-65 signatures a window, one after the other, none remembered`,
    `clock: every segment of ${million(DEVNET_D)} steps a window on one thread, policy full; proof rows: ${million(PROOF_D)} steps`,
    'state size: the same replay over a larger account table and a node table of four; it should cost at most twice as much',
    ...storeNotes(),
    ...machineNotes(host, rounds),
  ]
}

function storeNotes(): string[] {
  const isInMemory = statfsSync(tmpdir()).type === TMPFS_MAGIC
  return isInMemory ? [`${tmpdir()} is in memory: the durable store waits for no disk here; set TMPDIR`] : []
}
