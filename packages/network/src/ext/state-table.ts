import { CodecError } from '@montana/codec'

/** The tables of the state on the wire: spec protocol 14.1. */
export const STATE_TABLE = { account: 1, node: 2, candidate: 3 } as const

export type StateTable = (typeof STATE_TABLE)[keyof typeof STATE_TABLE]

/** Bytes of one record: spec protocol 5.1. */
export const STATE_RECORD_BYTES: Readonly<Record<StateTable, number>> = { 1: 2059, 2: 2098, 3: 2082 }

export type StateTableName = keyof typeof STATE_TABLE

/** A number for each table. */
export type PerTable = Readonly<Record<StateTableName, number>>

const NAMES: Readonly<Record<StateTable, StateTableName>> = { 1: 'account', 2: 'node', 3: 'candidate' }

export function stateTableName(table: StateTable): StateTableName {
  return NAMES[table]
}

/** Throws {@link CodecError} for a number that is no table. */
export function checkedStateTable(table: number): StateTable {
  if (table === STATE_TABLE.account || table === STATE_TABLE.node || table === STATE_TABLE.candidate) return table
  throw new CodecError('BadValue', { table })
}

/** Throws {@link CodecError} unless `value` is what was asked for. */
export function checkEcho(field: string, value: number, asked: number): void {
  if (value !== asked) throw new CodecError('BadValue', { field, value, asked })
}
