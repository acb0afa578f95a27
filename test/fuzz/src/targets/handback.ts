import { parseExactJson } from '@montana/foundation'
import { uniteLedgers } from '../../../../packages/mirror/dist/decide/ledgers.js'
import { mergeState } from '../../../../packages/mirror/dist/decide/state-merge.js'
import { textTarget } from './readers.js'
import { isSame } from './same.js'
import { Breach, type Target } from './target.js'

const LEDGER = { path: 'log.json', format: 'json-array', id: 'id', at: 'at' } as const
const FIELD = { path: ['log'], id: 'id', at: 'at' }
/** A comparison of all with all beyond that shows nothing new. */
const MAX_BYTES = 2048

/** What two sides wrote while they were apart: nothing of either may get lost or change when it is united. */
export function handbackTargets(): readonly Target[] {
  return [states(), ledgers()]
}

/** `[base, other]`. */
function states(): Target {
  const log = [{ id: '1', at: '2026-05-01T12:00:00Z' }]
  const samples = [
    [
      { a: 1, '"': 2, log, mirrors: { x: 1 } },
      { '\\': 1, log: [{ id: 2, at: 5 }] },
    ],
    [{ '\\': { '"': 1 } }, { '"': 2 }],
  ]
  return textTarget(
    { name: 'mirror/state-merge', samples, maxBytes: MAX_BYTES },
    (text) => {
      const [base, other] = pairOf(text)
      if (!isObject(base) || !isObject(other)) return undefined
      const sides = [base, other].map((side, at) => ({ text: JSON.stringify(side), epoch: 2 - at }))
      const [primary, replica] = sides as [(typeof sides)[0], (typeof sides)[0]]
      const merged = mergeState(primary, replica, [FIELD]).text
      const after = merged === null ? null : parseExactJson(merged)
      if (!isObject(after)) throw new Breach('property', 'two states became none')
      const { mirrors: _, log, ...kept } = base
      const { log: united, ...rest } = after
      if (!isSame(rest, kept)) throw new Breach('property', `the base became ${merged}`)
      if (Array.isArray(log)) checkEntries(log, united)
      return after
    },
    'json',
  )
}

function ledgers(): Target {
  const at = (second: number) => `2026-05-01T12:00:0${second}Z`
  const samples = [
    [
      [{ id: '1', at: at(1), '\\': 1 }],
      [
        { id: '2', at: at(0), '"': 1 },
        { id: '1', at: at(1), '\\': 1 },
      ],
    ],
    [[], ['x', 5, { id: 3 }]],
  ]
  return textTarget(
    { name: 'mirror/ledgers', samples, maxBytes: MAX_BYTES },
    (text) => {
      const [base, other] = pairOf(text)
      if (!Array.isArray(base) || !Array.isArray(other)) return undefined
      const united = parseExactJson(uniteLedgers(JSON.stringify(base), JSON.stringify(other), LEDGER).text)
      checkEntries([...base, ...other], united)
      return united
    },
    'json',
  )
}

function checkEntries(entries: readonly unknown[], united: unknown): void {
  const all = Array.isArray(united) ? united : []
  const lost = entries.find((entry) => !all.some((kept) => isSame(kept, entry)))
  if (lost !== undefined) throw new Breach('property', `${JSON.stringify(lost)} is lost`)
}

/** As it comes back from its own text: no number that JSON cannot hold. */
function pairOf(text: string): readonly unknown[] {
  try {
    const value = parseExactJson(JSON.stringify(parseExactJson(text)))
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
