import { useEffect, useState } from 'preact/hooks'
import type { AccountRecordView, AccountView } from '../../../src/api/explorer-views.js'
import { type AccountFields, type AccountVerdict, canVerify, verifyAccount } from './proof.js'

/** Null: this browser hashes nothing for this page. */
export interface Checked {
  readonly of: AccountView
  readonly verdict: AccountVerdict | null
}

/** Of what was said last; null while the first answer is being checked. */
export function useCheck(view: AccountView, id: string): Checked | null {
  const [checked, setChecked] = useState<Checked | null>(null)
  useEffect(() => {
    let isOver = false
    void check(view, id).then((verdict) => {
      if (!isOver) setChecked({ of: view, verdict })
    })
    return () => {
      isOver = true
    }
  }, [view, id])
  return checked
}

/** Of the account that was asked for, and of the fields that are shown. */
async function check(view: AccountView, id: string): Promise<AccountVerdict | null> {
  if (view.account_id !== id) return { isValid: false, fault: 'the answer is about another account' }
  if (!canVerify()) return null
  const verdict = await verifyAccount(view)
  if (!verdict.isValid || isSame(view.account, verdict.record)) return verdict
  return { isValid: false, fault: 'the proof shows another record' }
}

/** Pure. */
export function isSame(said: AccountRecordView | null, proven: AccountFields | null): boolean {
  if (said === null || proven === null) return said === proven
  return (
    said.balance_nj === proven.balance.toString() &&
    said.is_node_operator === proven.isNodeOperator &&
    said.op_height === proven.opHeight &&
    said.creation_window === proven.creationWindow &&
    said.last_op_window === proven.lastOpWindow
  )
}
