import type { NamedSecret, NamedVariable } from '../contracts/provider.js'
import type { OwnedName } from '../contracts/store.js'
import { canonicalName, isNeverCopied, type KeptNames, NAME_LIMITS, nameProblem } from './names.js'

export type NameKind = 'secret' | 'variable'

export interface NameFinding {
  readonly code: 'foreign-write' | 'never-copied' | 'name-twice' | 'too-many-names' | 'NAME_INVALID'
  readonly name: string
  readonly message: string
}

/** Upper-case names, each list in ascending order. Spec repository-mirror 8.1. */
export interface NamePlan {
  readonly create: readonly string[]
  readonly update: readonly string[]
  readonly delete: readonly string[]
  readonly unchanged: readonly string[]
  /** On the target, not wanted by us and not made by us: untouched. */
  readonly foreign: readonly string[]
  /** Of `update` and `unchanged`: there before us, to be recorded as `adopted`. */
  readonly adopt: readonly string[]
  /** Owned, no longer wanted and already gone: only our record of them ends. */
  readonly forget: readonly string[]
  readonly findings: readonly NameFinding[]
}

export interface NameInput {
  readonly kind: NameKind
  /** By name: of a secret its MAC, of a variable its value; '' asks for nothing, as if the name were absent. */
  readonly desired: ReadonlyMap<string, string>
  /** Of variables with values. */
  readonly listed: readonly (NamedSecret | NamedVariable)[]
  readonly owned: readonly OwnedName[]
  readonly kept: KeptNames
}

interface Known {
  readonly input: NameInput
  readonly wanted: ReadonlyMap<string, string>
  readonly listed: ReadonlyMap<string, NamedSecret | NamedVariable>
  readonly owned: ReadonlyMap<string, OwnedName>
}

type Fate = 'create' | 'update' | 'delete' | 'unchanged' | 'foreign' | 'forget'

/** From lists alone, so that a run that died in the middle is planned again and not resumed from a counter. */
export function planNames(input: NameInput): NamePlan {
  const { wanted, findings } = wantedNames(input)
  const known: Known = { input, wanted, listed: byName(input.listed), owned: byName(input.owned) }
  const names = [...new Set([...wanted.keys(), ...known.listed.keys(), ...known.owned.keys()])].sort()
  const fates = new Map(names.map((name) => [name, fateOf(known, name)]))
  const having = (fate: Fate) => names.filter((name) => fates.get(name) === fate)
  const lists = { update: having('update'), delete: having('delete'), unchanged: having('unchanged') }
  const room = NAME_LIMITS[input.kind] - known.listed.size + lists.delete.length
  const create = having('create')
  return {
    ...lists,
    create: create.slice(0, Math.max(0, room)),
    foreign: having('foreign'),
    adopt: [...lists.update, ...lists.unchanged].filter((name) => !known.owned.has(name)).sort(),
    forget: having('forget'),
    findings: [...findings, ...writeFindings(known, names), ...overflow(create.slice(Math.max(0, room)), input.kind)],
  }
}

function fateOf(known: Known, name: string): Fate {
  const listed = known.listed.get(name)
  if (known.wanted.has(name)) {
    if (!listed) return 'create'
    return isInStep(known, name) ? 'unchanged' : 'update'
  }
  const owned = known.owned.get(name)
  if (!listed) return 'forget'
  return owned?.origin === 'created' && !isNeverCopied(name, known.input.kept) ? 'delete' : 'foreign'
}

/** Variables are compared by what was read back; of secrets only our record of the last write is known. */
function isInStep(known: Known, name: string): boolean {
  const listed = known.listed.get(name)
  const wanted = known.wanted.get(name)
  if (known.input.kind === 'variable') return listed !== undefined && 'value' in listed && listed.value === wanted
  return known.owned.get(name)?.mac === wanted && !isForeignWrite(known, name)
}

function isForeignWrite(known: Known, name: string): boolean {
  const listed = known.listed.get(name)
  const owned = known.owned.get(name)
  return listed !== undefined && owned !== undefined && listed.updatedAtMs > owned.remoteUpdatedAtMs
}

function writeFindings(known: Known, names: readonly string[]): NameFinding[] {
  const isChanged = (name: string) => isForeignWrite(known, name) && !(isVariable(known) && isInStep(known, name))
  return names.filter(isChanged).map((name) => ({
    code: 'foreign-write',
    name,
    message: `${name} was written on the target by somebody else after our last write`,
  }))
}

function isVariable({ input }: Known): boolean {
  return input.kind === 'variable'
}

function overflow(names: readonly string[], kind: NameKind): NameFinding[] {
  const message = `a repository holds at most ${NAME_LIMITS[kind]} ${kind}s; this one is left out`
  return names.map((name) => ({ code: 'too-many-names', name, message }))
}

function wantedNames({ desired, kept }: NameInput): { wanted: Map<string, string>; findings: NameFinding[] } {
  const wanted = new Map<string, string>()
  const findings: NameFinding[] = []
  for (const [name, value] of desired) {
    const finding = refusal(name, kept, wanted)
    if (finding) findings.push(finding)
    else if (value !== '') wanted.set(canonicalName(name), value)
  }
  return { wanted, findings }
}

function refusal(name: string, kept: KeptNames, wanted: ReadonlyMap<string, string>): NameFinding | null {
  const canonical = canonicalName(name)
  const problem = nameProblem(name)
  if (isNeverCopied(name, kept)) return { code: 'never-copied', name, message: `${canonical} stays at home` }
  if (problem) return { code: 'NAME_INVALID', name, message: problem }
  if (!wanted.has(canonical)) return null
  return { code: 'name-twice', name, message: `${canonical} is named twice; the first one counts` }
}

function byName<T extends { readonly name: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [canonicalName(item.name), item]))
}
