import { useEffect, useState } from 'preact/hooks'
import type { AccountView } from '../../../src/api/explorer-views.js'
import { type AccountCheck, canVerify, checkAccount } from './proof.js'

export interface Checked {
  readonly of: AccountView
  /** Null: this browser hashes nothing for this page. */
  readonly check: AccountCheck | null
}

/** Of what was said last; null while the first answer is being checked. */
export function useCheck(view: AccountView, id: string): Checked | null {
  const [checked, setChecked] = useState<Checked | null>(null)
  useEffect(() => {
    let isOver = false
    void checkHere(view, id).then((check) => {
      if (!isOver) setChecked({ of: view, check })
    })
    return () => {
      isOver = true
    }
  }, [view, id])
  return checked
}

async function checkHere(view: AccountView, id: string): Promise<AccountCheck | null> {
  return canVerify() ? await checkAccount(view, id) : null
}
