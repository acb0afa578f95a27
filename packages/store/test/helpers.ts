import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { GenesisInit, Store, WindowCommit } from '../src/index.js'

export function temporaryDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'montana-store-test-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

export const digest = (text: string) => new Uint8Array(createHash('sha256').update(text).digest())
export const text = (value: string) => new Uint8Array(Buffer.from(value))

export const genesis: GenesisInit = {
  genesisHash: digest('genesis'),
  genesisDocument: text('document'),
  tables: ['c', 'a', 'b'].map((name) => ({ table: 'node', key: digest(name), record: text(`genesis ${name}`) })),
  context: text('context 0'),
  stateRoot: digest('root 0'),
  timechainValue: digest('time 0'),
  contextHash: digest('context hash 0'),
}

export function windowCommit(window: number, over: Partial<WindowCommit> = {}): WindowCommit {
  return {
    window,
    proposalHash: digest(`proposal ${window}`),
    stateRoot: digest(`root ${window}`),
    timechainValue: digest(`time ${window}`),
    contextHash: digest(`context hash ${window}`),
    cementValue: digest(`cement ${window}`),
    envelope: text(`envelope ${window}`),
    changes: [{ table: 'account', key: digest('winner'), record: text(`balance ${window}`) }],
    context: text(`context ${window}`),
    ...over,
  }
}

export function fill(store: Store, windows: number): void {
  store.initialise(genesis)
  for (let window = 1; window <= windows; window++) store.commit(windowCommit(window))
}
