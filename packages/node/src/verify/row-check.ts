import { cementValue } from '@montana/consensus'
import { bytesEqual } from '@montana/foundation'
import type { StoredWindow, WindowHashes } from '@montana/store'
import type { FaultList } from './fault-list.js'

/** What a stored row must say; a column that is not given cannot be judged. */
export type ExpectedRow = Partial<WindowHashes> & { readonly cba?: Uint8Array }

const COLUMNS = ['proposalHash', 'stateRoot', 'timechainValue', 'contextHash', 'cementValue', 'cba'] as const

/** The small columns of a window against what they must be. */
export function compareRow(row: StoredWindow, expected: ExpectedRow, faults: FaultList): void {
  for (const column of COLUMNS) {
    const wanted = expected[column]
    const stored = row[column]
    if (!wanted || (stored && bytesEqual(stored, wanted))) continue
    faults.add(row.window, 'STORE_ROW_MISMATCH', `the stored ${column} is not that of the window`)
  }
  if (row.window === 0 || expected.cementValue) return
  if (bytesEqual(row.cementValue, cementValue(row.proposalHash, row.contextHash))) return
  faults.add(row.window, 'STORE_ROW_MISMATCH', 'the stored cementValue does not cover the stored hashes')
}
