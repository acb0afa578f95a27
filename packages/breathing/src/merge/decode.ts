import { z } from 'zod'
import { BreathError } from '../errors.js'
import { HISTORY_FOLDER, STAMPS_FOLDER, type TreeFiles, VECTOR_FILE } from './encode.js'
import { addLines } from './history.js'
import { compactJson, type Json, parseJson } from './json.js'
import { flatten, type Register, type Registers } from './registers.js'
import { STAMP_FORM } from './stamp.js'
import { type BreathState, EMPTY_STATE } from './state.js'

const stampSchema = z.string().regex(STAMP_FORM)
const placeSchema = z.number().int().min(0)
/** RFC 6901, in its one form: two spellings of a field would be two registers of one place. */
const pointerSchema = z.string().regex(/^(?:\/(?:[^~/]|~[01])*)*$/)
const stampsSchema = z.strictObject({
  depth: z.number().int(),
  stamps: z.array(stampSchema),
  live: z.record(pointerSchema, placeSchema),
  dead: z.record(pointerSchema, placeSchema),
  shadowed: z.record(pointerSchema, z.tuple([placeSchema, z.json()])),
})
const vectorSchema = z.record(z.string(), stampSchema)
const loserSchema = z.union([
  z.tuple([stampSchema, z.string(), z.string()]),
  z.tuple([stampSchema, z.string(), z.string(), z.json()]),
])
const historySchema = z.array(loserSchema)

/**
 * What a verified tree says about the paths that are synced here; others are left alone. Throws BreathError
 * `JSON_INVALID` where stamps and file do not belong together.
 */
export function decodeState(files: TreeFiles, syncPaths: readonly string[], depth: number): BreathState {
  const registers = new Map<string, Registers>()
  for (const path of syncPaths) {
    const [text, stamps] = [files.get(path), files.get(STAMPS_FOLDER + path)]
    if (text === undefined && stamps === undefined) continue
    registers.set(path, decodeRegisters(path, text ?? '', stamps ?? '', depth))
  }
  const vector = read(vectorSchema, VECTOR_FILE, files.get(VECTOR_FILE) ?? '')
  return { files: registers, vector: new Map(Object.entries(vector)), history: decodeHistory(files, syncPaths) }
}

function decodeHistory(files: TreeFiles, syncPaths: readonly string[]): BreathState['history'] {
  const known = new Set(syncPaths)
  const parts = [...files].filter(([path]) => path.startsWith(HISTORY_FOLDER))
  const losers = parts.flatMap(([path, text]) => read(historySchema, path, text))
  return addLines(
    EMPTY_STATE.history,
    losers.filter(([, path]) => known.has(path)).map((loser) => compactJson(loser as Json)),
  )
}

/** One file with its stamps. */
export function decodeRegisters(path: string, text: string, stampsText: string, depth: number): Registers {
  const where = STAMPS_FOLDER + path
  const { stamps, live, dead, shadowed, ...rest } = read(stampsSchema, where, stampsText)
  if (rest.depth !== depth) throw mismatch(where, `its depth is ${rest.depth}, ours ${depth}`)
  const stampAt = (place: number): string => stamps[place] ?? fail(where)
  const registers = new Map<string, Register>()
  for (const [pointer, value] of visibleFields(path, text, live, depth)) {
    registers.set(pointer, { stamp: stampAt(live[pointer] ?? -1), value })
  }
  if (registers.size !== Object.keys(live).length) throw mismatch(where, 'it names fields that the file lacks')
  for (const [pointer, place] of Object.entries(dead)) registers.set(pointer, { stamp: stampAt(place) })
  for (const [pointer, [place, value]] of Object.entries(shadowed)) {
    registers.set(pointer, { stamp: stampAt(place), value })
  }
  return registers
}

/** A file of tombstones alone reads `{}`, which then is no field. */
function visibleFields(path: string, text: string, live: object, depth: number): Map<string, Json> {
  const value = parseJson(text, path)
  const fields = flatten(value, depth)
  return Object.keys(live).length === 0 && compactJson(value) === '{}' ? new Map() : fields
}

function read<T>(schema: z.ZodType<T>, where: string, text: string): T {
  const result = schema.safeParse(parseJson(text, where))
  if (result.success) return result.data
  throw mismatch(where, result.error.issues[0]?.message ?? 'unknown form')
}

function fail(where: string): never {
  throw mismatch(where, 'a field has no stamp')
}

function mismatch(where: string, what: string): BreathError {
  return new BreathError('JSON_INVALID', `${where} cannot be read: ${what}`, { field: where })
}
