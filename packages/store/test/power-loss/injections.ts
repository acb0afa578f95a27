import { seededRandom } from '@montana/foundation'
import type { Call } from '../../../../test/support/power-loss/calls.js'
import { Disk } from '../../../../test/support/power-loss/disk.js'
import { filesAfterLoss, LOSSES, type Loss, oneOf } from '../../../../test/support/power-loss/loss.js'

/** What commit-loop.mjs had told when the power went: the highest window, and the highest one that it had signed. */
export interface Told {
  readonly window: number
  readonly signed: number
}

export interface Injection {
  /** Of the trace, how many calls had returned. */
  readonly calls: number
  readonly loss: Loss
  readonly seed: number
  readonly told: Told
  readonly files: ReadonlyMap<string, Buffer>
}

/** Rebuilt by every process that opens the store; what the power leaves of it is no part of the store. */
const INDEX = '-shm'

/** `count` losses of power over a trace of `folder`, which held `base` at its beginning. Equal seeds give equal losses. */
export function* injections(
  { calls, folder, base }: { calls: readonly Call[]; folder: string; base: ReadonlyMap<string, Uint8Array> },
  count: number,
  seed: number,
): Generator<Injection> {
  const random = seededRandom(seed)
  const places = placesOf(calls)
  const cuts = Array.from({ length: count }, () => oneOf(random, oneOf(random, places))).sort((a, b) => a - b)
  const disk = new Disk(folder, base)
  let [told, at]: [Told, number] = [{ window: -1, signed: 0 }, 0]
  for (const [index, cut] of cuts.entries()) {
    for (; at < cut; at++) {
      const call = calls[at] as Call
      disk.apply(call)
      if (call.kind === 'say') told = toldAfter(told, call.text)
    }
    const [loss, own] = [LOSSES[index % LOSSES.length] as Loss, seed + index]
    const files = filesAfterLoss(disk, loss, seededRandom(own))
    for (const name of files.keys()) if (name.endsWith(INDEX)) files.delete(name)
    yield { calls: cut, loss, seed: own, told, files }
  }
}

/** A third anywhere, a third where most hangs in the air or was just told, a third while the log is written back. */
function placesOf(calls: readonly Call[]): number[][] {
  const around = (isMeant: (call: Call) => boolean) =>
    calls.flatMap((call, index) => (isMeant(call) ? [index, index + 1] : []))
  const turning = around(({ kind }) => kind === 'sync' || kind === 'say')
  const writtenBack = around((call) => call.kind === 'write' && call.path.endsWith('.db'))
  return [Array.from({ length: calls.length + 1 }, (_, index) => index), turning, writtenBack]
}

function toldAfter(told: Told, text: string): Told {
  const [word = '', window, signed] = text.trim().split(' ')
  if (word === 'signed') return { ...told, signed: Number(window) }
  if (word === 'opened') return { window: Number(window), signed: Number(signed) }
  return { ...told, window: Number(word) }
}
