import { MirrorError } from '../contracts/errors.js'
import type { VariableStore } from '../contracts/provider.js'

/** Writes what differs, in the order given. */
export async function writeVariables(
  store: VariableStore,
  wanted: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<void> {
  const now = await valuesOf(store, signal)
  for (const [name, value] of wanted) if (now.get(name) !== value) await store.put(name, value, signal)
}

/** READBACK_MISMATCH names each that is otherwise. Role and gates are no secrets, so both values are shown. */
export async function readBackVariables(
  store: VariableStore,
  wanted: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<void> {
  const now = await valuesOf(store, signal)
  const otherwise = [...wanted].filter(([name, value]) => now.get(name) !== value)
  if (otherwise.length === 0) return
  const list = otherwise.map(([name, value]) => `${name} should be ${show(value)} and is ${show(now.get(name))}`)
  throw new MirrorError('READBACK_MISMATCH', list.join('; '), {
    remedy: 'See who else writes the variables of this repository, then try again.',
  })
}

async function valuesOf(store: VariableStore, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  return new Map((await store.list(signal)).map(({ name, value }) => [name.toUpperCase(), value]))
}

/** A foreign value may be long. */
function show(value: string | undefined): string {
  return value === undefined ? 'absent' : JSON.stringify(value.slice(0, 40))
}
