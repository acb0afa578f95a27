import { byCodeUnit, isJsonObject, type Json } from './json.js'
import type { Stamp } from './stamp.js'

/** The unit of the merge: the last write of one field. Without a value it is a tombstone. */
export interface Register {
  readonly stamp: Stamp
  readonly value?: Json
}

/** Registers of one file by JSON pointer (RFC 6901); the whole file is the pointer ''. */
export type Registers = ReadonlyMap<string, Register>

/** Every field of `value` down to `depth` levels; what lies deeper, a scalar or an empty object, is atomic. */
export function flatten(value: Json, depth: number): Map<string, Json> {
  const fields = new Map<string, Json>()
  collect(fields, value, '', depth)
  return fields
}

function collect(fields: Map<string, Json>, value: Json, pointer: string, depth: number): void {
  const keys = isJsonObject(value) && depth > 0 ? Object.keys(value) : []
  if (!isJsonObject(value) || keys.length === 0) fields.set(pointer, value)
  else for (const key of keys) collect(fields, value[key] ?? null, `${pointer}/${escapeKey(key)}`, depth - 1)
}

interface Branch {
  register?: Register
  readonly children: Map<string, Branch>
}

interface Visible {
  readonly value: Json
  readonly stamp: Stamp
}

/**
 * The file that the registers mean; `{}` when all are tombstones, undefined when there is none. Where one host wrote a
 * record as a whole and another a field of it, the later write shows and the other stays in the registers.
 */
export function project(registers: Registers): Json | undefined {
  if (registers.size === 0) return undefined
  const root: Branch = { children: new Map() }
  for (const [pointer, register] of registers) branchAt(root, pointer).register = register
  const seen = look(root)
  return seen === undefined ? {} : seen.value
}

function branchAt(root: Branch, pointer: string): Branch {
  let branch = root
  for (const part of pointer.split('/').slice(1)) {
    const key = unescapeKey(part)
    const next: Branch = branch.children.get(key) ?? { children: new Map() }
    branch.children.set(key, next)
    branch = next
  }
  return branch
}

function look({ register, children }: Branch): Visible | undefined {
  const own = register?.value === undefined ? undefined : { value: register.value, stamp: register.stamp }
  const members = [...children]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .flatMap(([key, child]) => {
      const seen = look(child)
      return seen ? [{ key, ...seen }] : []
    })
  if (members.length === 0) return own
  const stamp =
    members
      .map((member) => member.stamp)
      .sort(byCodeUnit)
      .at(-1) ?? ''
  if (own && !isEmptyObject(own.value) && own.stamp > stamp) return own
  return { value: Object.fromEntries(members.map(({ key, value }) => [key, value])), stamp }
}

function isEmptyObject(value: Json): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0
}

function escapeKey(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

function unescapeKey(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** The key of the record that a pointer lies in; undefined for the whole file. */
export function recordOf(pointer: string): string | undefined {
  const part = pointer.split('/')[1]
  return part === undefined ? undefined : unescapeKey(part)
}

/** The names on the way to a pointer, outermost first. */
export function keysOf(pointer: string): string[] {
  return pointer.split('/').slice(1).map(unescapeKey)
}
