import { type RandomSource, seededRandom } from '@montana/foundation'
import type { Call } from '../../../../test/support/power-loss/calls.js'
import { Disk } from '../../../../test/support/power-loss/disk.js'
import { filesAfterLoss, LOSSES, type Loss, oneOf, upTo } from '../../../../test/support/power-loss/loss.js'

/** What commit-loop.mjs had told when the power went: the highest window, and the highest one that it had signed. */
export interface Told {
  readonly window: number
  readonly signed: number
}

export const NOTHING: Told = { window: -1, signed: 0 }

export interface Injection {
  /** Of the trace, how many calls had returned. */
  readonly calls: number
  readonly loss: Loss
  readonly seed: number
  readonly told: Told
  readonly files: ReadonlyMap<string, Buffer>
}

/** Written through a mapping, which no trace shows; whatever lies there after a loss of power must not matter. */
const INDEX = 'store.db-shm'
const INDEX_BYTES = 32_768

/** What was recorded of one or more processes in `folder`, which held `base`; the power goes at call `from` or later. */
export interface Story {
  readonly folder: string
  readonly base: ReadonlyMap<string, Uint8Array>
  readonly calls: readonly Call[]
  readonly from: number
}

/** `count` losses of power in the course of a story. Equal seeds give equal losses. */
export function* injections({ folder, base, calls, from }: Story, count: number, seed: number): Generator<Injection> {
  const random = seededRandom(seed)
  const places = placesOf(calls, from)
  const cuts = Array.from({ length: count }, () => oneOf(random, oneOf(random, places))).sort((a, b) => a - b)
  const disk = new Disk(folder, base)
  let [told, at] = [NOTHING, 0]
  for (const [index, cut] of cuts.entries()) {
    for (; at < cut; at++) {
      const call = calls[at] as Call
      disk.apply(call)
      if (call.kind === 'say') told = toldAfter(told, call.text)
    }
    const [loss, own] = [LOSSES[(seed + index) % LOSSES.length] as Loss, seed + index]
    const files = filesAfterLoss(disk, loss, seededRandom(own))
    spoilIndex(files, random)
    yield { calls: cut, loss, seed: own, told, files }
  }
}

/** A third anywhere, a third where most hangs in the air or was just told, a third while the log is written back. */
function placesOf(calls: readonly Call[], from: number): number[][] {
  const around = (isMeant: (call: Call) => boolean) =>
    calls.flatMap((call, index) => (index >= from && isMeant(call) ? [index, index + 1] : []))
  const turning = around(({ kind }) => kind === 'sync' || kind === 'say')
  const writtenBack = around((call) => call.kind === 'write' && call.path.endsWith('.db'))
  return [around(() => true), turning, writtenBack].filter((places) => places.length > 0)
}

/** It is gone, or as it was at the beginning, or bytes of something else. */
function spoilIndex(files: Map<string, Buffer>, random: RandomSource): void {
  const choice = upTo(random, 2)
  if (choice === 0) files.delete(INDEX)
  if (choice === 1) files.set(INDEX, Buffer.from(Array.from({ length: INDEX_BYTES }, () => upTo(random, 255))))
}

/** After one more line of commit-loop.mjs. */
export function toldAfter(told: Told, text: string): Told {
  const [word = '', window, signed] = text.trim().split(' ')
  if (word === 'signed') return { ...told, signed: Number(window) }
  if (word === 'opened') return { window: Number(window), signed: Number(signed) }
  return /^\d+$/.test(word) ? { ...told, window: Number(word) } : told
}
