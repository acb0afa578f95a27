import type { RandomSource } from '@montana/foundation'
import type { Change, Disk, FileState, NameChange } from './disk.js'

/**
 * What becomes of the writes that no fsync has covered:
 * - `none`, `all`: none or all of them are there; `prefix`: the first of them; `torn`: the same, the last one cut inside;
 * - `sectors`, `pages`: each 512 bytes or 4 KiB are as any of the writes left them;
 * - `stale`: as `sectors`, and where the file has grown lie bytes that were something else before;
 * - `mixed`: one of these for each file.
 */
export const LOSSES = ['none', 'all', 'prefix', 'torn', 'sectors', 'pages', 'stale', 'mixed'] as const
export type Loss = (typeof LOSSES)[number]

const PLAIN = LOSSES.filter((loss) => loss !== 'mixed')
/** How much of what is pending reached the disk: half of it is mostly torn, a thousandth hides it well. */
const SHARES = [0.5, 0.9, 0.99, 0.999]
const SECTOR_BYTES = 512
const PAGE_BYTES = 4_096

export const upTo = (random: RandomSource, most: number) => Math.floor(random.next() * (most + 1))
export function oneOf<T>(random: RandomSource, values: readonly T[]): T {
  return values[upTo(random, values.length - 1)] as T
}

/** The files that are there after a loss of power; changes nothing, and equal seeds give equal bytes. */
export function filesAfterLoss(disk: Disk, loss: Loss, random: RandomSource): Map<string, Buffer> {
  const survivor = (file: FileState) => contentAfter(file, loss === 'mixed' ? oneOf(random, PLAIN) : loss, random)
  const names = namesAfter(disk.durableNames, disk.nameChanges, loss, random)
  // One file may have two names while it is renamed.
  const contents = new Map<FileState, Buffer>()
  const contentOf = (file: FileState) => contents.get(file) ?? contents.set(file, survivor(file)).get(file)
  return new Map([...names].map(([name, file]) => [name, contentOf(file) as Buffer]))
}

/** Changes of the same name stay in their order; what one of them needs is there with it. */
function namesAfter(
  durable: ReadonlyMap<string, FileState>,
  changes: readonly NameChange[],
  loss: Loss,
  random: RandomSource,
): Map<string, FileState> {
  const names = new Map(durable)
  const stuck = new Set<string>()
  for (const change of changes) {
    const isThere = loss === 'all' || (loss !== 'none' && random.next() < 0.5)
    if (!isThere || [...change.keys()].some((name) => stuck.has(name)))
      for (const name of change.keys()) stuck.add(name)
    else for (const [name, file] of change) file ? names.set(name, file) : names.delete(name)
  }
  return names
}

function contentAfter({ durable, pending }: FileState, loss: Exclude<Loss, 'mixed'>, random: RandomSource): Buffer {
  if (loss === 'none' || pending.length === 0) return Buffer.from(durable)
  if (loss === 'all') return replay(durable, pending)
  if (loss === 'prefix') return replay(durable, pending.slice(0, upTo(random, pending.length)))
  if (loss === 'torn') return replay(durable, torn(pending, random))
  const scattered = { unit: loss === 'pages' ? PAGE_BYTES : SECTOR_BYTES, isStale: loss === 'stale' }
  return scatter(durable, pending, scattered, random)
}

function torn(pending: readonly Change[], random: RandomSource): Change[] {
  const whole = upTo(random, pending.length - 1)
  const last = pending[whole] as Change
  const part = 'bytes' in last ? [{ ...last, bytes: last.bytes.subarray(0, upTo(random, last.bytes.length)) }] : []
  return [...pending.slice(0, whole), ...part]
}

const sizeAfter = (size: number, change: Change) =>
  'size' in change ? change.size : Math.max(size, change.at + change.bytes.length)

function replay(durable: Buffer, changes: readonly Change[]): Buffer {
  const most = changes.reduce((most, change) => Math.max(most, sizeAfter(0, change)), durable.length)
  const content = Buffer.concat([durable], most)
  for (const change of changes) {
    if ('bytes' in change) content.set(change.bytes, change.at)
    else content.fill(0, change.size)
  }
  return content.subarray(0, changes.reduce(sizeAfter, durable.length))
}

/** Each unit of the file as it was after some of the changes that touch it, and a size that it had at some time. */
function scatter(
  durable: Buffer,
  changes: readonly Change[],
  { unit, isStale }: { unit: number; isStale: boolean },
  random: RandomSource,
): Buffer {
  const share = oneOf(random, SHARES)
  const whole = replay(durable, changes)
  const most = changes.reduce((most, change) => Math.max(most, sizeAfter(0, change)), durable.length)
  const content = Buffer.concat([durable], most)
  for (const [index, touching] of byUnit(changes, unit, most)) {
    const kept = random.next() < share ? touching.length : upTo(random, touching.length - 1)
    const at = index * unit
    const part = content.subarray(at, Math.min(at + unit, most))
    if (kept === 0 && isStale && at >= durable.length) for (let i = 0; i < part.length; i++) part[i] = upTo(random, 255)
    for (const change of touching.slice(0, kept)) applyWithin(change, part, at)
  }
  const sizes = sizesOf(durable.length, changes)
  return content.subarray(0, random.next() < share ? whole.length : oneOf(random, sizes))
}

function sizesOf(size: number, changes: readonly Change[]): number[] {
  const sizes = [size]
  for (const change of changes) sizes.push(sizeAfter(sizes.at(-1) ?? 0, change))
  return sizes
}

/** By the number of the unit: the changes that touch it, in their order. */
function byUnit(changes: readonly Change[], unit: number, most: number): Map<number, Change[]> {
  const units = new Map<number, Change[]>()
  for (const change of changes) {
    const [from, to] = 'size' in change ? [change.size, most] : [change.at, change.at + change.bytes.length]
    for (let index = Math.floor(from / unit); index * unit < to; index++)
      units.set(index, [...(units.get(index) ?? []), change])
  }
  return units
}

function applyWithin(change: Change, part: Buffer, at: number): void {
  if ('size' in change) part.fill(0, Math.max(0, change.size - at))
  else
    part.set(
      change.bytes.subarray(Math.max(0, at - change.at), at + part.length - change.at),
      Math.max(0, change.at - at),
    )
}
