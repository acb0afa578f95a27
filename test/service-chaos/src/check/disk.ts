import type { DoneFault, ServiceHistory } from './history.js'

/** Filling a file system, and freeing it, takes a command. */
const COMMAND_MS = 200
/** The epoch could not be written, and the next turn of the loop says so. */
const TAKEN_BACK_MS = 3_000

export interface DiskViolation {
  readonly rule: 'exit' | 'full'
  readonly message: string
}

/** An agent ends by itself only where its own disk is full. */
export function exits({ deaths, faults }: ServiceHistory): DiskViolation[] {
  const isFull = (host: string, atMs: number) =>
    fullDisks(faults, host).some(({ startMs, endMs }) => startMs <= atMs && endMs >= atMs)
  return deaths
    .filter(({ host, atMs }) => !isFull(host, atMs))
    .map(({ host }) => ({ rule: 'exit', message: `the agent of ${host} ended by itself` }))
}

/**
 * Nobody acts whose disk is full: it cannot write the epoch down. It says that it begins and takes that back at once; nothing
 * of its service comes to the sink.
 */
export function actsWhileFull({ trace, faults, wallOffsetMs }: ServiceHistory): DiskViolation[] {
  const serving = trace.spans.filter(({ policy }) => policy === 'serve')
  return serving.flatMap(({ host, epoch, fromMs, toMs }): DiskViolation[] => {
    const atMs = fromMs - wallOffsetMs
    const full = fullDisks(faults, host).find(({ startMs, endMs }) => atMs > startMs + COMMAND_MS && atMs < endMs)
    if (full === undefined) return []
    const untilMs = full.endMs + wallOffsetMs - COMMAND_MS
    const acts = trace.effects.filter(
      (effect) => effect.host === host && effect.epoch === epoch && effect.at_ms < untilMs,
    )
    const heldMs = Math.min(toMs, untilMs) - fromMs
    if (acts.length === 0 && heldMs <= TAKEN_BACK_MS) return []
    const how = `for ${(heldMs / 1_000).toFixed(1)} s, ${acts.length} times at the sink`
    return [{ rule: 'full', message: `${host} acted in ${epoch} with a full disk ${how}` }]
  })
}

/** Whether it was felt or not. */
function fullDisks(faults: readonly DoneFault[], host: string): DoneFault[] {
  return faults.filter(({ kind, targets }) => kind === 'enospc' && targets.includes(host))
}
