import { bytesEqual, ConfigError, concatBytes, errorMessage } from '@montana/foundation'
import { firstLine, packageRoot, withAddon } from './addon.js'
import { createBackend } from './backend.js'
import type { Engine } from './engine.js'
import { nativeError } from './errors.js'
import { nativeEngine } from './native-engine.js'
import { referenceEngine } from './reference/reference-engine.js'
import type { HashBackend } from './types.js'

export interface LoadOptions {
  /** Overrides MONTANA_NATIVE; `native` throws NATIVE_UNAVAILABLE instead of falling back. */
  force?: 'native' | 'typescript'
  /** The addon's kernel without CPU-specific code; what MONTANA_NATIVE=portable does. */
  portable?: boolean
  /** Where the addon lies; for tests. Default: the root of this package. */
  directory?: string
}

export interface LoadedBackend {
  backend: HashBackend
  /** One loud line for the log: why the slow path is used. */
  notice?: string
}

const MODES = ['', 'on', 'off', 'portable']

/**
 * Chooses the fastest backend that works here, in this order: SHA instructions, plain Rust, TypeScript.
 * MONTANA_NATIVE=off forces TypeScript, MONTANA_NATIVE=portable plain Rust. Falls back with a notice, never with a crash.
 */
export function loadBackend(options: LoadOptions = {}): LoadedBackend {
  const mode = options.force === undefined ? nativeMode() : ''
  if (options.force === 'typescript') return { backend: createBackend(referenceEngine) }
  if (mode === 'off') return slow('MONTANA_NATIVE=off')
  try {
    const portable = options.portable ?? process.env.MONTANA_NATIVE === 'portable'
    return announce(openEngine(options.directory ?? packageRoot(), portable), portable)
  } catch (error) {
    if (options.force === 'native') throw nativeError('NATIVE_UNAVAILABLE', errorMessage(error), error)
    return slow(errorMessage(error))
  }
}

export function nativeMode(): string {
  const mode = process.env.MONTANA_NATIVE ?? ''
  if (MODES.includes(mode)) return mode
  throw new ConfigError(`MONTANA_NATIVE is '${mode}'`, { field: 'MONTANA_NATIVE', remedy: 'use on, off or portable' })
}

function slow(reason: string): LoadedBackend {
  const notice = `SLOW CLOCK: TypeScript instead of native code, fifteen to thirty times slower (${firstLine(reason)})`
  return { backend: createBackend(referenceEngine), notice }
}

function announce(engine: Engine, chosen: boolean): LoadedBackend {
  const backend = createBackend(engine)
  if (backend.name === 'native-shani') return { backend }
  const reason = chosen ? 'chosen by setting' : 'this CPU has no SHA instructions'
  return { backend, notice: `SLOW CLOCK: plain native code, about five times slower (${reason})` }
}

function openEngine(directory: string, portable: boolean): Engine {
  return withAddon(directory, ({ Engine }) => {
    if (!Engine) throw new Error('the addon has no engine')
    const engine = nativeEngine(new Engine(portable))
    assertKnownAnswers(engine)
    return engine
  })
}

/** An addon that answers wrongly, or is older than this code and lacks a call, must not cut time; the reference is the judge. */
function assertKnownAnswers(engine: Engine): void {
  for (const answer of [batches, merkle])
    if (!bytesEqual(answer(engine), answer(referenceEngine))) throw new Error('the addon computes SHA-256 wrongly')
}

function batches(engine: Engine): Uint8Array {
  const message = Uint8Array.from({ length: 300 }, (_, i) => i & 255)
  return concatBytes(
    ...[1, 32, 60, 64, 100].map((length) => engine.sha256Batch(message.subarray(0, length * 3), length)),
  )
}

function merkle(engine: Engine): Uint8Array {
  const key = engine.merkleLeaf(Uint8Array.of(1, 2, 3))
  const folded = engine.merkleFold(key, engine.merkleNode(key, key), 3, 20)
  return concatBytes(engine.merkleNodes(key, folded), engine.merkleSubtree(key, folded, 12, 1))
}
